import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { resourcePath } from '#engine/base/resources.ts'

const names = z.array(z.string().min(1)).length(1000)
const imagenet = z.object({ labels: names, wnids: names })
const indices = z.array(z.int().min(0).max(999))
const subsets = z.object({
  imagenetA: indices.length(200),
  imagenetR: indices.length(200),
  imagenetO: indices.length(200),
  imagenet9: z.array(z.object({ name: z.string(), wnid: z.string(), indices })).length(9),
})

/** The 1,000 classes of ImageNet-1k by index: their names, and their WordNet ids in ascending order. */
export interface ImagenetLabels {
  readonly labels: readonly string[]
  readonly wnids: readonly string[]
}

/** Class indices of the benchmarks, ascending. Those of ImageNet-9 are grouped by its nine classes, in the order of ids. */
export type ClassSubsets = z.infer<typeof subsets>

let cachedLabels: ImagenetLabels | undefined
let cachedSubsets: ClassSubsets | undefined

/** The classes of ImageNet-1k, read once from resources/labels. */
export function imagenet1k(): ImagenetLabels {
  return (cachedLabels ??= imagenet.parse(resource('imagenet1k.json')))
}

/** Which of the 1,000 classes ImageNet-A, -R, -O and -9 use, read once from resources/labels. */
export function classSubsets(): ClassSubsets {
  return (cachedSubsets ??= subsets.parse(resource('subsets.json')))
}

function resource(name: string): unknown {
  return JSON.parse(readFileSync(resourcePath('labels', name), 'utf8'))
}
