import type { Interval, Sequence } from '#shared/contract/index.ts'
import { backgroundGap } from '../../../metrics/index.ts'
import type { PairCounts } from '../../../facts/index.ts'
import type { Db } from '../../../workspace/index.ts'

import { differenceInterval, pairedDifferenceInterval } from '../../summary/differences.ts'
import { cellOf, outcomesInTurn } from '../../summary/outcomes.ts'
import { pictureName } from '../../summary/pictureName.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/**
 * Accuracy on Mixed-Same minus accuracy on Mixed-Rand of one model, from -1 to 1; null unless all images of
 * both were measured.
 */
export interface Gap {
  value: number | null
  interval: Interval | null
  /** Whether the interval is that of paired shares: both variations have the same foregrounds. */
  paired: boolean
  n: number
  /** What is known of it while images are missing. */
  known: Sequence | null
}

/**
 * Names the foreground of an image within its class: the number of the photograph it comes from, or the file
 * name where it has no such number. A file name may have two numbers; the second is that of the background.
 */
export function sceneOf(picture: string): string {
  const [folder = '', file = ''] = picture.split('/')
  return `${folder}/${/n\d{8}_\d+/.exec(file)?.[0] ?? file}`
}

/**
 * Computes the gap of one model, with its 95 % interval. `keyOf` gives the key of a variation's condition.
 */
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
  const known =
    same && rand && !whole
      ? await grid.known(
          [
            { cell: same, weight: 1 },
            { cell: rand, weight: -1 },
          ],
          1,
        )
      : null
  if (!same || !rand || value === null) return { value, interval: null, paired: false, n, known }
  const [first, second] = [await scenes(db, model, same.key), await scenes(db, model, rand.key)]
  const counts = first && second && paired(first, second)
  return {
    value,
    interval: counts ? pairedDifferenceInterval(counts) : differenceInterval(same, rand),
    paired: counts !== null,
    n,
    known,
  }
}

/** Reads whether each scene of a variation is right; null where a scene appears more than once. */
async function scenes(db: Db, model: GridModel, key: string): Promise<Map<string, boolean> | null> {
  const found = new Map<string, boolean>()
  for await (const page of outcomesInTurn(db, model, key))
    for (const { name, correct } of page) {
      const scene = sceneOf(pictureName(name, false))
      if (found.has(scene)) return null
      found.set(scene, correct === true)
    }
  return found
}

/**
 * Counts the scenes by whether they are right in each variation; null where the two have different scenes.
 */
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
