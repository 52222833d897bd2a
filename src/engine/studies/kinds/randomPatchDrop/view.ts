import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { baselineOf, levelSeries, levelsOf } from '../../summary/levels.ts'
import { changeMetric, metricAt } from '../../summary/metrics.ts'
import { shareText } from '../dropped.ts'
import type { RandomPatchDropParams } from './params.ts'
import type { Grid, Metric } from '../../definition/index.ts'

/**
 * The share of the model's patches that is dropped, from 0 to 1. null where a share drops nothing: the clean images stand
 * for it.
 */
const lossOf = ({ params: { percent, dropped, patches } }: StudyCondition) =>
  Number(percent) > 0 && Number(dropped) === 0 ? null : Number(dropped) / Number(patches)

/**
 * Fig. 4a: accuracy against information loss: a line through means, a band from minimum to maximum over
 * repeats.
 */
export async function lossFigure(grid: Grid, { repeats, patch }: RandomPatchDropParams): Promise<FigureSpec> {
  return {
    id: 'random-drop',
    kind: 'lines',
    title: 'Random patch drop',
    x: { label: 'Information loss', unit: 'percent', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: await levelSeries(grid, lossOf, { repeats }),
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
      patches: `${cells[0]?.params['dropped'] ?? 0} of ${cells[0]?.params['patches'] ?? 0}`,
      n: Math.min(...cells.map((cell) => cell.n)),
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
      { key: 'patches', title: 'Patches', kind: 'text' },
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

/** The change where half of the patches is dropped, the mean over repeats; interpolated where no share is half. */
export function lossMetrics(grid: Grid, { percents }: RandomPatchDropParams): Metric[] {
  if (!percents.includes(0)) return []
  const title = 'Random drop 50 %, change in top-1'
  return grid.models.flatMap(({ id }) => {
    const own = grid.cells.filter((cell) => cell.modelId === id)
    const levels = [...Map.groupBy(own, lossOf)].flatMap(([x, cells]) =>
      x === null
        ? []
        : {
            x,
            place: `${shareText(x)} dropped`,
            draws: cells.map((cell) => changeMetric(grid, cell, 'random-patch-drop.drop-50', title)),
          },
    )
    return metricAt(levels, 0.5)
  })
}
