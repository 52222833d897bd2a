import { listedImages, noPairs, type ImageSource, type PairCounts } from '../../../facts/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'
import { outcomesInTurn } from '../../summary/outcomes.ts'
import type { GridModel } from '../../definition/index.ts'

/** The pictures of a condition. */
export interface Pictures {
  /** The name by which an image pairs, by image id. Without images whose name stands for two. */
  nameOf: Map<number, string>
  /** Names that stand for two images, e.g. cat/1.png and cat/1.jpg; they pair with nothing. */
  twice: Set<string>
}

/**
 * The name by which images of several folders pair: the path from the class folder on, without the ending of the file. An image without
 * a folder of its class has its class and its own name.
 */
export function pairingName(name: string, className: string): string {
  const steps = name.split('/')
  const at = steps.lastIndexOf(className, -2)
  const path = at < 0 ? [className, ...steps.slice(-1)] : steps.slice(at)
  return path.join('/').replace(/\.[^./]*$/, '')
}

/** Names the pictures of a condition, a few thousand at a time. */
export async function picturesOf(db: Db, source: ImageSource): Promise<Pictures> {
  const nameOf = new Map<number, string>()
  const firstOf = new Map<string, number>()
  const twice = new Set<string>()
  for (const page of listedImages(db, source)) {
    for (const { id, name, className } of page) {
      const own = pairingName(name, className)
      const known = firstOf.get(own)
      if (known === undefined) {
        firstOf.set(own, id)
        nameOf.set(id, own)
      } else {
        twice.add(own)
        nameOf.delete(known)
      }
    }
    await nextTurn()
  }
  return { nameOf, twice }
}

/** How the pictures of a level pair with those of the baseline. */
export interface Pairing {
  both: number
  /** Names only in the level, in order; and only in the baseline. */
  onlyLevel: string[]
  onlyBaseline: string[]
  twice: string[]
}

/** Compares the pictures of a level with those of the baseline. */
export function pairingOf(level: Pictures, baseline: Pictures): Pairing {
  const [own, base] = [new Set(level.nameOf.values()), new Set(baseline.nameOf.values())]
  const onlyLevel = [...own].filter((name) => !base.has(name)).sort()
  return {
    both: own.size - onlyLevel.length,
    onlyLevel,
    onlyBaseline: [...base].filter((name) => !own.has(name)).sort(),
    twice: [...new Set([...level.twice, ...baseline.twice])].sort(),
  }
}

/** Reads which pictures of a condition a model has right, by name; without those that are neither right nor wrong. */
export async function rightOf(
  db: Db,
  model: GridModel,
  key: string,
  { nameOf }: Pictures,
): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>()
  for await (const page of outcomesInTurn(db, model, key))
    for (const { imageId, correct } of page) {
      const name = nameOf.get(imageId)
      if (name !== undefined && correct !== null) found.set(name, correct)
    }
  return found
}

/** Counts pictures with an answer under both by which of them is right. The first of a pair is the baseline. */
export function countsOf(
  baseline: ReadonlyMap<string, boolean>,
  level: ReadonlyMap<string, boolean>,
): PairCounts {
  const counts = { ...noPairs }
  for (const [name, now] of level) {
    const before = baseline.get(name)
    if (before !== undefined) counts[before ? (now ? 'both' : 'first') : now ? 'second' : 'neither']++
  }
  return counts
}
