import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import type { Grid } from '../grid.ts'
import type { RandomPatchDropParams } from './index.ts'

interface Level {
  percent: number
  cells: StudyCondition[]
  mean: number
  min: number
  max: number
}

/** Mean, minimum and maximum over the repeats of each share, of the cells that have images. */
function levelsOf(grid: Grid, modelId: number): Level[] {
  const measured = grid.cells.filter((cell) => cell.modelId === modelId && cell.top1 !== null)
  return [...Map.groupBy(measured, ({ params }) => Number(params['percent']))]
    .map(([percent, cells]) => {
      const values = cells.map(({ top1 }) => top1 ?? 0)
      const mean = values.reduce((a, b) => a + b, 0) / values.length
      return { percent, cells, mean, min: Math.min(...values), max: Math.max(...values) }
    })
    .sort((a, b) => a.percent - b.percent)
}

/** Fig. 4a: accuracy against information loss, mean line and min-max band over repeats. */
export function lossFigure(grid: Grid, { repeats, patch }: RandomPatchDropParams): FigureSpec {
  return {
    id: 'random-drop',
    kind: 'lines',
    title: 'Random patch drop',
    x: { label: 'Information loss', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: grid.models.map((model, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      ...(repeats > 1 ? { bandLabel: `min to max of ${repeats} repeats` } : {}),
      points: levelsOf(grid, model.id).map(
        ({ percent, cells, mean, min, max }): Point => ({
          x: percent / 100,
          y: mean,
          ...(repeats > 1 ? { lo: min, hi: max } : {}),
          n: cells[0]?.n ?? 0,
          ref: `${model.id}|${cells[0]?.key ?? ''}`,
        }),
      ),
    })),
    references: [],
    spans: [],
    notes: [`Patches of ${patch} px dropped at random.`, repeats > 1 ? `Line: mean of ${repeats} repeats; band: minimum to maximum.` : 'One draw.'],
    alt: `Top-1 accuracy falls with the share of dropped patches, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** One row per model and share, with the change against the clean images. */
export function accuracyTable(grid: Grid, { repeats }: RandomPatchDropParams): DataTable {
  const rows = grid.models.flatMap((model) => {
    const levels = levelsOf(grid, model.id)
    const clean = levels.find(({ percent }) => percent === 0)?.mean ?? null
    return levels.map(({ percent, cells, mean, min, max }) => ({
      model: model.title,
      loss: percent / 100,
      n: cells[0]?.n ?? 0,
      top1: mean,
      min,
      max,
      lo: cells[0]?.interval?.lo ?? null,
      hi: cells[0]?.interval?.hi ?? null,
      change: clean === null ? null : mean - clean,
    }))
  })
  return {
    id: 'accuracy',
    title: 'Accuracy against information loss',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'loss', title: 'Loss', kind: 'fraction' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: repeats > 1 ? 'Top-1, mean' : 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'min', title: 'Minimum', kind: 'fraction' },
      { key: 'max', title: 'Maximum', kind: 'fraction' },
      { key: 'lo', title: '95 % from (first repeat)', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change against clean', kind: 'fraction', better: 'higher' },
    ],
    rows,
  }
}
