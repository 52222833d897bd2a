import type { StudyCondition } from '#shared/contract/index.ts'
import { accuracyMetric, changeMetric } from '../summary/metrics.ts'
import type { Grid, Metric } from '../definition/index.ts'

/** What a number is read off: the facts of a study summed up, and its metrics. */
export interface Measured {
  grid: Grid
  metrics: readonly Metric[]
}

/** How a number of the paper is read off a study of a kind, for a model of the study; null where it does not have it. */
export interface Reading {
  kind: string
  read(measured: Measured, modelId: number): Metric | null
}

/** A metric of the ranking. Its key begins with the kind of study. */
export const metricReading = (key: string): Reading => ({
  kind: key.split('.')[0] ?? '',
  read: ({ metrics }, modelId) =>
    metrics.find((metric) => metric.key === key && metric.modelId === modelId) ?? null,
})

/** Top-1 of a cell. */
export const cellReading = (kind: string, wanted: (cell: StudyCondition) => boolean): Reading => ({
  kind,
  read({ grid }, modelId) {
    const cell = grid.cells.find((one) => one.modelId === modelId && wanted(one))
    return cell ? accuracyMetric(grid, cell, kind, '') : null
  },
})

/** The bands of Fig. 8 that the text speaks of, in thousandths of π. */
const spokenOf = [100, 200, 300, 400, 500, 600, 700, 800]

/** The largest loss of top-1 over noise of 0.1π to 0.8π, with the interval of that band; null where a band is missing. */
export const largestLoss: Reading = {
  kind: 'noise-frequency',
  read({ grid }, modelId) {
    const changes = grid.cells
      .filter(
        ({ modelId: own, params }) =>
          own === modelId && spokenOf.includes(Number(params['centre'])) && params['strength'] === undefined,
      )
      .map((cell) => changeMetric(grid, cell, 'noise-frequency.largest', ''))
    if (changes.length < spokenOf.length) return null
    const [worst] = changes.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))
    if (!worst || changes.some(({ value }) => value === null)) return null
    return {
      ...worst,
      value: -(worst.value ?? 0),
      interval: worst.interval && { ...worst.interval, lo: -worst.interval.hi, hi: -worst.interval.lo },
    }
  },
}
