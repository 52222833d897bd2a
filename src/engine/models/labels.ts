import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { resourcePath } from '#engine/base/resources.ts'
import { imagenetLabels, type ImagenetLabels } from '#shared/classNames.ts'

const indices = z.array(z.int().min(0).max(999))
const subsets = z.object({
  imagenetA: indices.length(200),
  imagenetR: indices.length(200),
  imagenetO: indices.length(200),
  imagenet9: z.array(z.object({ name: z.string(), wnid: z.string(), indices })).length(9),
  sixteen: z.array(z.object({ name: z.string(), indices })).length(16),
})

/**
 * Class indices of the benchmarks, ascending. Those of ImageNet-9 are grouped by its nine classes, in the order of ids; those of
 * cue conflicts by their sixteen categories, in the order of names.
 */
export type ClassSubsets = z.infer<typeof subsets>

let cachedSubsets: ClassSubsets | undefined

/** The classes of ImageNet-1k. */
export const imagenet1k = (): ImagenetLabels => imagenetLabels

/** Which of the 1,000 classes ImageNet-A, -R, -O and -9 use, read once from resources/labels. */
export function classSubsets(): ClassSubsets {
  return (cachedSubsets ??= subsets.parse(
    JSON.parse(readFileSync(resourcePath('labels', 'subsets.json'), 'utf8')),
  ))
}
