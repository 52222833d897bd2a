import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { baselineOf, levelSeries, levelsOf } from '../../summary/levels.ts'
import { changeMetric, meanMetric, nearest } from '../../summary/metrics.ts'
import type { RandomPatchDropParams } from './params.ts'
import type { Grid, Metric } from '../../definition/index.ts'

const lossOf = ({ params }: StudyCondition) => Number(params['percent']) / 100

/**
 * Fig. 4a: accuracy against information loss: a line through means, a band from minimum to maximum over
 * repeats.
 */
export function lossFigure(grid: Grid, { repeats, patch }: RandomPatchDropParams): FigureSpec {
  return {
    id: 'random-drop',
    kind: 'lines',
    title: 'Random patch drop',
    x: { label: 'Information loss', unit: 'percent', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: levelSeries(grid, lossOf, { repeats }),
    references: [],
    spans: [],
    notes: [
      `Patches of ${patch} px dropped at random.`,
      repeats > 1 ? `Line: mean of ${repeats} repeats.` : 'One draw.',
    ],
    alt: `Top-1 accuracy against the share of dropped patches, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** One row per model and share, with the change against the clean images. */
export function accuracyTable(grid: Grid, { repeats, percents }: RandomPatchDropParams): DataTable {
  const rows = grid.models.flatMap((model) => {
    const clean = percents.includes(0) ? baselineOf(grid, model.id) : null
    return levelsOf(grid, model.id, lossOf).map(({ x, cells, mean, min, max }) => ({
      model: model.title,
      loss: x,
      n: cells[0]?.n ?? 0,
      top1: mean,
      min,
      max,
      lo: cells[0]?.interval?.lo ?? null,
      hi: cells[0]?.interval?.hi ?? null,
      change: clean === null || !cells.every(grid.whole) ? null : mean - clean,
    }))
  })
  return {
    id: 'accuracy',
    title: 'Accuracy against information loss',
    comparedWithin: ['loss'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'loss', title: 'Loss', kind: 'fraction' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: repeats > 1 ? 'Top-1, mean' : 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'min', title: 'Minimum', kind: 'fraction' },
      { key: 'max', title: 'Maximum', kind: 'fraction' },
      { key: 'lo', title: '95 % from (first repeat)', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change against clean', kind: 'points' },
    ],
    rows,
  }
}

/** The change at a loss of 50 %, or at the nearest share that the study has; the mean over repeats. */
export function lossMetrics(grid: Grid, { percents }: RandomPatchDropParams): Metric[] {
  const percent = nearest(
    percents.filter((one) => one > 0),
    50,
  )
  if (percent === null || !percents.includes(0)) return []
  const title = `Random drop ${percent} %, change in top-1`
  return grid.models.flatMap(({ id }) =>
    meanMetric(
      grid.cells
        .filter(({ modelId, params }) => modelId === id && params['percent'] === percent)
        .map((cell) => changeMetric(grid, cell, `random-patch-drop.drop-${percent}`, title)),
    ),
  )
}
