import type { DataTable, Interval, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../../models/index.ts'
import { changeOf, levelSeries, mostRepeats } from '../../summary/levels.ts'
import { knownChange, openPoint } from '../../summary/known.ts'
import { accuracyMetric, changeInterval, metricAt } from '../../summary/metrics.ts'
import { standsOn } from '../../summary/standsOn.ts'
import type { Grid, Metric } from '../../definition/index.ts'

const proportionOf = ({ params }: StudyCondition) =>
  params['kind'] === 'subset' ? Number(params['proportion']) : null

/**
 * Fig. 7: accuracy against the share of blocks removed: a line through means, a band from minimum to maximum
 * over subsets.
 */
export async function proportionFigure(grid: Grid): Promise<FigureSpec> {
  const samples = mostRepeats(grid, proportionOf)
  return {
    id: 'proportion',
    kind: 'lines',
    title: 'Blocks removed',
    x: { label: 'Proportion of blocks removed', unit: 'percent', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: await levelSeries(grid, proportionOf, { repeats: samples }),
    references: [],
    spans: [],
    notes: [
      samples > 1 ? `Line: mean of at most ${samples} subsets of each size.` : 'One subset of each size.',
    ],
    alt: `Top-1 accuracy against the proportion of residual blocks removed, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** The change in accuracy when one block is removed, in order of depth. */
export const singleBlockFigure = (grid: Grid, models: StoredModel[]): Promise<FigureSpec> =>
  aloneFigure(grid, {
    id: 'single-blocks',
    what: 'block',
    count: Math.max(0, ...models.map(({ inspection }) => inspection.blocks.length)),
    placeOf: placeOfBlock,
    label: 'Block removed',
    notes: ['Bars: top-1 without the block minus top-1 of the whole model.'],
  })

/**
 * The change in accuracy when one block or unit is removed, in order of depth.
 *
 * @param count how many there are in the deepest model
 * @param placeOf the place of what a cell removes, from 0; null = none
 */
export async function aloneFigure(
  grid: Grid,
  {
    id,
    what,
    count,
    placeOf,
    label,
    notes,
  }: {
    id: string
    what: 'block' | 'unit'
    count: number
    placeOf: (cell: StudyCondition) => number | null
    label: string
    notes: string[]
  },
): Promise<FigureSpec> {
  return {
    id,
    kind: 'bars',
    title: `Every ${what} alone`,
    x: {
      label,
      unit: 'none',
      scale: 'category',
      categories: Array.from({ length: count }, (_, index) => String(index + 1)),
    },
    y: { label: 'Change in top-1', unit: 'points', scale: 'linear' },
    series: await Promise.all(
      grid.models.map(async (model, slot) => ({
        id: String(model.id),
        name: model.title,
        slot,
        origin: 'measured' as const,
        symbols: false,
        bandLabel: '95 % interval of the difference on the same images',
        points: await changePoints(grid, model.id, placeOf),
      })),
    ),
    references: [],
    spans: [],
    notes,
    alt: `Change in top-1 accuracy when each residual ${what} is removed alone.`,
  }
}

/**
 * A point of the change in top-1 per cell that has a place, e.g. per block that was removed alone; while images are missing,
 * of those that the whole model has, too.
 *
 * @param placeOf the place of a cell from 0; null = none
 */
async function changePoints(
  grid: Grid,
  modelId: number,
  placeOf: (cell: StudyCondition) => number | null,
): Promise<Point[]> {
  const points: Point[] = []
  for (const cell of grid.cells) {
    const place = cell.modelId === modelId ? placeOf(cell) : null
    if (place === null) continue
    const change = changeOf(grid, cell)
    const point =
      change === null
        ? openPoint(await knownChange(grid, [cell]))
        : { y: change, ...rangeOf(changeInterval(grid, cell)), ...standsOn(cell) }
    if (point) points.push({ x: place, ...point, ref: `${modelId}|${cell.key}` })
  }
  return points
}

const rangeOf = (interval: Interval | null) => interval && { lo: interval.lo, hi: interval.hi }

const placeOfBlock = ({ params }: StudyCondition) =>
  params['kind'] === 'single' ? Number(params['block']) - 1 : null

export function lesionTable(grid: Grid, models: StoredModel[]): DataTable {
  const ofBlocks = grid.cells.filter(({ params }) => params['kind'] !== 'unit')
  const rows = ofBlocks.map((cell) => {
    const total = models.find(({ id }) => id === cell.modelId)?.inspection.blocks.length ?? 0
    return {
      model: cell.model,
      n: Number(cell.params['n']),
      total,
      blocks: String(cell.params['blocks']),
      images: cell.n,
      top1: cell.top1,
      lo: cell.interval?.lo ?? null,
      hi: cell.interval?.hi ?? null,
      change: changeOf(grid, cell),
    }
  })
  return {
    id: 'subsets',
    title: 'Every subset',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Removed', kind: 'integer' },
      { key: 'total', title: 'Blocks', kind: 'integer' },
      { key: 'blocks', title: 'Which', kind: 'text' },
      { key: 'images', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change', kind: 'points' },
    ],
    rows,
  }
}

/** Top-1 with a third of the blocks removed, the mean over subsets; interpolated where no subset is of that size. */
export function lesionMetrics(grid: Grid, models: readonly StoredModel[]): Metric[] {
  return models.flatMap(({ id, inspection: { blocks } }) => {
    const subsets = grid.cells.filter(({ modelId, params }) => modelId === id && params['kind'] === 'subset')
    const levels = [...Map.groupBy(subsets, ({ params }) => Number(params['n']))].map(([removed, cells]) => ({
      x: removed / blocks.length,
      place: `${removed} of ${blocks.length} blocks removed`,
      draws: cells.map((cell) =>
        accuracyMetric(grid, cell, 'lesion.third', 'A third of the blocks removed, top-1'),
      ),
    }))
    return metricAt(levels, 1 / 3)
  })
}
