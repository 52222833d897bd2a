import type { StudyCondition } from '#shared/contract/index.ts'
import type { Point, Series } from '#shared/figures/spec.ts'
import type { Grid, GridModel } from './grid.ts'

/** Cells of one model at one place of the x axis: the repeats of a draw. */
export interface Level {
  x: number
  cells: StudyCondition[]
  mean: number
  min: number
  max: number
}

/** Mean, minimum and maximum of top-1 over the cells that share an x, of the cells that have images; x ascending. */
export function levelsOf(grid: Grid, modelId: number, xOf: (cell: StudyCondition) => number | null): Level[] {
  const measured = grid.cells.filter((cell) => cell.modelId === modelId && cell.top1 !== null)
  return [...Map.groupBy(measured, xOf)]
    .flatMap(([x, cells]) =>
      x === null ? [] : [{ x, cells, ...spread(cells.map(({ top1 }) => top1 ?? 0)) }],
    )
    .sort((a, b) => a.x - b.x)
}

function spread(values: number[]): { mean: number; min: number; max: number } {
  return {
    mean: values.reduce((a, b) => a + b, 0) / values.length,
    min: Math.min(...values),
    max: Math.max(...values),
  }
}

/** The largest number of cells at one place of the x axis. */
export const mostRepeats = (grid: Grid, xOf: (cell: StudyCondition) => number | null): number =>
  Math.max(
    1,
    ...grid.models.flatMap(({ id }) =>
      [...Map.groupBy(grid.cells, (cell) => (cell.modelId === id ? xOf(cell) : null))].map(([x, cells]) =>
        x === null ? 0 : cells.length,
      ),
    ),
  )

/**
 * A line per model: the mean at each level, with a band from minimum to maximum where levels have several cells, and
 * with the Wilson interval where they have one. `offset` is taken off every value, e.g. the clean accuracy.
 */
export function levelSeries(
  grid: Grid,
  xOf: (cell: StudyCondition) => number | null,
  options: { repeats: number; offset?: (model: GridModel) => number },
): Series[] {
  const { repeats, offset = () => 0 } = options
  return grid.models.map((model, slot) => {
    const shift = offset(model)
    return {
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      bandLabel: repeats > 1 ? `min to max of ${repeats} draws` : '95 % Wilson interval',
      points: levelsOf(grid, model.id, xOf).map(({ x, cells, mean, min, max }): Point => {
        const interval = cells[0]?.interval
        const [lo, hi] = repeats > 1 ? [min, max] : [interval?.lo ?? mean, interval?.hi ?? mean]
        return {
          x,
          y: mean - shift,
          lo: lo - shift,
          hi: hi - shift,
          n: cells[0]?.n ?? 0,
          ref: `${model.id}|${cells[0]?.key ?? ''}`,
        }
      }),
    }
  })
}

/** Top-1 of a model under the study's first condition; null before it was measured. */
export const baselineOf = (grid: Grid, modelId: number): number | null =>
  grid.cells.find((cell) => cell.modelId === modelId)?.top1 ?? null
