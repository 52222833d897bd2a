import { conditionTitle, type Interval, type StudyCondition } from '#shared/contract/index.ts'
import { pairedDifferenceInterval } from './differences.ts'
import { changeOf } from './levels.ts'
import type { Grid, Metric } from '../definition/index.ts'

/** The metric of a cell's top-1; its value is null unless all images were measured. */
export function accuracyMetric(grid: Grid, cell: StudyCondition, key: string, title: string): Metric {
  const { modelId, top1, interval, n } = cell
  const known = grid.whole(cell) ? { value: top1, interval } : { value: null, interval: null }
  const condition = conditionTitle(cell)
  return {
    ...{ key, title, unit: 'fraction', better: 'higher', modelId, n },
    ...{ condition, cell: cell.key, ...known },
  }
}

/**
 * The metric of a cell's top-1 minus that of its model's first condition, with the interval of a difference
 * of pairs.
 */
export function changeMetric(grid: Grid, cell: StudyCondition, key: string, title: string): Metric {
  const { modelId, n } = cell
  const value = changeOf(grid, cell)
  const interval = value === null ? null : changeInterval(grid, cell)
  const condition = conditionTitle(cell)
  return { key, title, unit: 'points', better: 'higher', modelId, n, value, interval, condition }
}

/**
 * The 95 % interval of a cell's top-1 minus that of its model's first condition, over the images of both; null without any.
 */
export function changeInterval(grid: Pick<Grid, 'pairs'>, cell: StudyCondition): Interval | null {
  const pairs = grid.pairs(cell)
  return pairs && pairedDifferenceInterval({ ...pairs, first: pairs.second, second: pairs.first })
}

/**
 * The level of a study that is nearest to the paper's; of two equally near ones the lower. null without
 * levels.
 */
export const nearest = (levels: readonly number[], wanted: number): number | null =>
  [...levels].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b)[0] ?? null

/** Averages the metrics of several draws of a level. The mean of several has no interval. */
export function meanMetric(draws: readonly Metric[], condition?: string): Metric[] {
  const [first] = draws
  if (!first || draws.length === 1) return first ? [first] : []
  const values = draws.map(({ value }) => value ?? Number.NaN)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const { key, title, unit, better, modelId } = first
  const n = Math.min(...draws.map((draw) => draw.n))
  return [
    {
      ...{ key, title, unit, better, modelId, n, interval: null },
      value: Number.isNaN(mean) ? null : mean,
      ...(condition === undefined ? {} : { condition: `${condition}, mean of ${draws.length} draws` }),
    },
  ]
}

/** The metrics of the draws at one position of an axis. */
export interface MetricLevel {
  x: number
  /** The position in words. */
  place: string
  draws: readonly Metric[]
}

/**
 * The metric at a position of an axis, so that models are compared at the same one: the mean of its draws, else on the
 * straight line between the nearest measured positions on both sides, which the condition says. Empty where the position
 * lies outside the measured ones.
 */
export function metricAt(levels: readonly MetricLevel[], wanted: number): Metric[] {
  const same = levels.find(({ x }) => Math.abs(x - wanted) < 1e-9)
  if (same) return meanMetric(same.draws, same.place)
  const ascending = levels.toSorted((a, b) => a.x - b.x)
  const [below, above] = [ascending.findLast(({ x }) => x < wanted), ascending.find(({ x }) => x > wanted)]
  const [low] = below ? meanMetric(below.draws) : []
  const [high] = above ? meanMetric(above.draws) : []
  if (!below || !above || !low || !high) return []
  const share = (wanted - below.x) / (above.x - below.x)
  const { key, title, unit, better, modelId } = low
  return [
    {
      ...{ key, title, unit, better, modelId, n: Math.min(low.n, high.n), interval: null },
      value: low.value === null || high.value === null ? null : low.value + share * (high.value - low.value),
      condition: `interpolated between ${below.place} and ${above.place}`,
      interpolated: true,
    },
  ]
}
