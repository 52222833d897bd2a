import type { Interval } from '#shared/contract/index.ts'
import { backgroundGap } from '../../../metrics/index.ts'
import type { PairCounts } from '../../../facts/index.ts'
import type { Db } from '../../../workspace/index.ts'

import { differenceInterval, pairedDifferenceInterval } from '../../summary/differences.ts'
import { cellOf, verdicts } from '../../summary/outcomes.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/** Mixed-Same minus Mixed-Rand of one model; null unless all images of both were measured. */
export interface Gap {
  value: number | null
  interval: Interval | null
  /** Whether the interval is that of pairs: the same foregrounds in both variations. */
  paired: boolean
  n: number
}

/**
 * What names the foreground of an image of a variation: the number of the photograph it comes from, where the file is
 * named after it (the first, since a background's may follow), else the file; within its class.
 */
export function sceneOf(picture: string): string {
  const [folder = '', file = ''] = picture.split('/')
  return `${folder}/${/n\d{8}_\d+/.exec(file)?.[0] ?? file}`
}

export async function gapOf(
  db: Db,
  grid: Grid,
  model: GridModel,
  keyOf: (variation: string) => string,
): Promise<Gap> {
  const keys = ['mixed_same', 'mixed_rand'].map(keyOf)
  const [same, rand] = keys.map((key) => cellOf(grid, model.id, key))
  const n = Math.min(same?.n ?? 0, rand?.n ?? 0)
  const whole = same && rand && grid.whole(same) && grid.whole(rand)
  const value = whole ? backgroundGap(same.top1, rand.top1) : null
  if (!same || !rand || value === null) return { value, interval: null, paired: false, n }
  const [first, second] = [await scenes(db, model, same.key), await scenes(db, model, rand.key)]
  const counts = first && second && paired(first, second)
  return {
    value,
    interval: counts ? pairedDifferenceInterval(counts) : differenceInterval(same, rand),
    paired: counts !== null,
    n,
  }
}

/** Whether each scene of a variation is right; null where a scene is there more than once. */
async function scenes(db: Db, model: GridModel, key: string): Promise<Map<string, boolean> | null> {
  const found = new Map<string, boolean>()
  for await (const page of verdicts(db, model, key))
    for (const { picture, correct } of page) {
      const scene = sceneOf(picture)
      if (found.has(scene)) return null
      found.set(scene, correct === true)
    }
  return found
}

/** null where the two do not show the same scenes. */
function paired(
  first: ReadonlyMap<string, boolean>,
  second: ReadonlyMap<string, boolean>,
): PairCounts | null {
  if (first.size !== second.size) return null
  const counts: PairCounts = { both: 0, first: 0, second: 0, neither: 0 }
  for (const [scene, one] of first) {
    const other = second.get(scene)
    if (other === undefined) return null
    counts[one ? (other ? 'both' : 'first') : other ? 'second' : 'neither']++
  }
  return counts
}
