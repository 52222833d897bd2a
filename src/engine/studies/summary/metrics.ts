import type { StudyCondition } from '#shared/contract/index.ts'
import { pairedDifferenceInterval } from './differences.ts'
import { changeOf } from './levels.ts'
import type { Grid, Metric } from '../definition/index.ts'

/** The metric of a cell's top-1; its value is null unless all images were measured. */
export function accuracyMetric(grid: Grid, cell: StudyCondition, key: string, title: string): Metric {
  const { modelId, top1, interval, n } = cell
  const known = grid.whole(cell) ? { value: top1, interval } : { value: null, interval: null }
  return { key, title, unit: 'fraction', better: 'higher', modelId, n, ...known }
}

/**
 * The metric of a cell's top-1 minus that of its model's first condition, with the interval of a difference
 * of pairs.
 */
export function changeMetric(grid: Grid, cell: StudyCondition, key: string, title: string): Metric {
  const { modelId, n } = cell
  const value = changeOf(grid, cell)
  const pairs = value === null ? null : grid.pairs(cell)
  const interval = pairs && pairedDifferenceInterval({ ...pairs, first: pairs.second, second: pairs.first })
  return { key, title, unit: 'fraction', better: 'higher', modelId, n, value, interval }
}

/**
 * The level of a study that is nearest to the paper's; of two equally near ones the lower. null without
 * levels.
 */
export const nearest = (levels: readonly number[], wanted: number): number | null =>
  [...levels].sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b)[0] ?? null

/** Averages the metrics of several draws of a level. The mean of several has no interval. */
export function meanMetric(draws: readonly Metric[]): Metric[] {
  const [first] = draws
  if (!first || draws.length === 1) return first ? [first] : []
  const values = draws.map(({ value }) => value ?? Number.NaN)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return [{ ...first, value: Number.isNaN(mean) ? null : mean, interval: null }]
}
