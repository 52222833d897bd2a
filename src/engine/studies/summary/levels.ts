import type { Sequence, StudyCondition } from '#shared/contract/index.ts'
import type { Point, Series } from '#shared/figures/spec.ts'
import { spread } from '#shared/maths/spread.ts'
import { knownChange, knownMean, openPoint } from './known.ts'
import { ofAll, standOn } from './standsOn.ts'
import type { Grid } from '../definition/index.ts'

/**
 * The cells of one model at one position of the x axis: one cell per repeated draw. Accuracies from 0 to 1.
 */
export interface Level {
  x: number
  /** Those with facts. */
  cells: StudyCondition[]
  /** All, with facts or without. */
  planned: StudyCondition[]
  mean: number
  min: number
  max: number
}

/**
 * Computes mean, minimum and maximum of top-1 over the cells that share an x, in order of x. Cells without
 * images are left out.
 */
export function levelsOf(grid: Grid, modelId: number, xOf: (cell: StudyCondition) => number | null): Level[] {
  const own = grid.cells.filter((cell) => cell.modelId === modelId)
  return [...Map.groupBy(own, xOf)]
    .flatMap(([x, planned]): Level[] => {
      const cells = planned.filter(({ top1 }) => top1 !== null)
      const found = spread(cells.map(({ top1 }) => top1 ?? Number.NaN))
      return x === null || found === null ? [] : [{ x, cells, planned, ...found }]
    })
    .sort((a, b) => a.x - b.x)
}

/** The largest number of cells at one position of the x axis. */
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
 * Makes a line per model through the mean of each level. The range is minimum to maximum where a level has
 * several cells, and the Wilson interval where it has one; the points of the rarer kind say which they have. With `change`,
 * the line shows changes against the model's first condition in place of accuracies. While images are missing, a point has
 * its confidence sequence, and a change is that of the images that both conditions have.
 */
export async function levelSeries(
  grid: Grid,
  xOf: (cell: StudyCondition) => number | null,
  { repeats, change = false }: { repeats: number; change?: boolean },
): Promise<Series[]> {
  const lines: Series[] = []
  for (const [slot, model] of grid.models.entries()) {
    const points: Point[] = []
    for (const level of levelsOf(grid, model.id, xOf)) {
      const point = change
        ? await changePoint(grid, level, model.id, repeats)
        : pointOf(level, model.id, 0, repeats, await knownMean(grid, level.planned))
      if (point) points.push(point)
    }
    lines.push({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured',
      symbols: true,
      bandLabel: bandLabel(repeats),
      points,
    })
  }
  return lines
}

async function changePoint(
  grid: Grid,
  level: Level,
  modelId: number,
  repeats: number,
): Promise<Point | null> {
  const baseline = baselineOf(grid, modelId)
  if (baseline !== null && level.cells.every(grid.whole))
    return pointOf(level, modelId, baseline, repeats, null)
  const point = openPoint(await knownChange(grid, level.planned))
  return point && { x: level.x, ...point, ref: `${modelId}|${level.cells[0]?.key ?? ''}` }
}

const wilsonLabel = '95 % Wilson interval'

const bandLabel = (repeats: number): string =>
  repeats === 1 ? wilsonLabel : `min to max of ${repeats} draws`

/** What the range of a level is, where it is not that of most levels: one draw, or not all draws yet. */
function rangeLabel(count: number, repeats: number): { rangeLabel?: string } {
  if (count === repeats) return {}
  return { rangeLabel: count === 1 ? `${wilsonLabel} of one draw` : `min to max of ${count} draws` }
}

function pointOf(
  { x, cells, planned, mean, min, max }: Level,
  modelId: number,
  baseline: number,
  repeats: number,
  known: Sequence | null,
): Point {
  const [first] = cells
  const interval = first?.interval
  const [lo, hi] = cells.length > 1 ? [min, max] : [interval?.lo ?? mean, interval?.hi ?? mean]
  return {
    x,
    y: mean - baseline,
    lo: lo - baseline,
    hi: hi - baseline,
    ...standOn(planned),
    ...ofAll(known),
    ...rangeLabel(cells.length, repeats),
    ref: `${modelId}|${first?.key ?? ''}`,
  }
}

/**
 * Top-1 of a model under the study's first condition, from 0 to 1; null before all its images were measured.
 */
export function baselineOf(grid: Grid, modelId: number): number | null {
  const cell = grid.cells.find((candidate) => candidate.modelId === modelId)
  return cell && grid.whole(cell) ? cell.top1 : null
}

/**
 * Top-1 of a cell minus that of its model's first condition, from -1 to 1; null unless all images of both
 * were measured.
 */
export function changeOf(grid: Grid, cell: StudyCondition): number | null {
  const baseline = baselineOf(grid, cell.modelId)
  return cell.top1 === null || baseline === null || !grid.whole(cell) ? null : cell.top1 - baseline
}
