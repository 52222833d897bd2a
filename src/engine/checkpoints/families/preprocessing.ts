import type { Preprocessing } from '#shared/contract/index.ts'
import { statistics, valuesOf } from '#shared/statistics.ts'

export type StatisticsName = 'imagenet' | 'half' | 'clip'

interface Options {
  /** Side of the input over the length of the shorter side, e.g. 0.875; null: images are squashed to the input. */
  crop: number | null
  interpolation: Preprocessing['interpolation']
  statistics?: StatisticsName
}

/** The preprocessing for a square input of `side` pixels. */
export function preprocessingFor(
  side: number,
  { crop, interpolation, statistics: id = 'imagenet' }: Options,
): Preprocessing {
  return {
    size: [side, side],
    resize: crop === null ? 'squash' : 'shorter',
    resizeTo: crop === null ? null : Math.floor(side / crop + 1e-6),
    interpolation,
    ...valuesOf(statistics[id]),
  }
}
