import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { droppedShare, type SalientMode } from '#shared/saliency.ts'
import { fromBitset, patchGrid } from '#shared/transforms/index.ts'
import type { ViewRoom } from '../definition.ts'
import { readDrawsFile } from '../draws.ts'
import type { Grid } from '../grid.ts'
import { baselineOf, levelSeries } from '../levels.ts'
import type { SalientParams } from './index.ts'
import { repeatOf, sourceDigest } from './source.ts'

const lossIn =
  (mode: SalientMode) =>
  ({ params }: StudyCondition) =>
    params['mode'] === mode || params['mode'] === 'clean' ? Number(params['percent']) / 100 : null

/** Figs. 4b and 4c: accuracy against the share of the saliency mass that is lost. */
export function lossFigure(grid: Grid, mode: SalientMode): FigureSpec {
  const what = mode === 'salient' ? 'Salient' : 'Non-salient'
  return {
    id: `${mode}-drop`,
    kind: 'lines',
    title: `${what} patch drop`,
    x: { label: 'Information loss', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: levelSeries(grid, lossIn(mode), { repeats: 1 }),
    references: [],
    spans: [],
    notes: [
      mode === 'salient'
        ? 'Loss: share of the saliency mass in the dropped patches.'
        : 'Loss: largest share of the saliency mass that may be in the dropped patches.',
      'Band: 95 % Wilson interval.',
    ],
    alt: `Top-1 accuracy against information loss by ${mode} patches, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** Mean share of the patches dropped at each level; null while masks are missing. */
async function sharesOf(
  chosen: SalientParams,
  { workspace, models }: ViewRoom,
  mode: SalientMode,
): Promise<Map<number, number>> {
  const [model] = models
  if (!model) return new Map()
  const [height, width] = model.preprocessing.size
  const file = await readDrawsFile(workspace, sourceDigest(workspace.db, chosen, model.preprocessing.size))
  const { total } = patchGrid(chosen.patch, height, width)
  const shares = new Map<number, number>([[0, 0]])
  for (const percent of chosen.percents) {
    const masks = Object.values(file?.entries[`${percent}/${repeatOf[mode]}`] ?? {})
    if (masks.length > 0)
      shares.set(
        percent,
        masks.reduce((sum, hex) => sum + droppedShare(fromBitset(hex, total)), 0) / masks.length,
      )
  }
  return shares
}

/** How much of the picture the loss takes: pixels against mass. */
export async function shareFigure(grid: Grid, chosen: SalientParams, room: ViewRoom): Promise<FigureSpec> {
  const shares = await Promise.all(
    chosen.modes.map(async (mode) => ({ mode, found: await sharesOf(chosen, room, mode) })),
  )
  return {
    id: 'pixel-share',
    kind: 'lines',
    title: 'Pixels behind the loss',
    x: { label: 'Information loss', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Patches dropped', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: shares.map(({ mode, found }, slot) => ({
      id: mode,
      name: mode,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: [...found]
        .sort(([a], [b]) => a - b)
        .map(([percent, share]) => ({ x: percent / 100, y: share })),
    })),
    references: [],
    spans: [],
    notes: [
      `Mean over the images whose masks are made, for the input size of ${grid.models[0]?.title ?? 'the first model'}.`,
    ],
    alt: 'Mean share of patches that are dropped at each share of the saliency mass.',
  }
}

export async function lossTable(grid: Grid, chosen: SalientParams, room: ViewRoom): Promise<DataTable> {
  const shares = new Map(
    await Promise.all(
      chosen.modes.map(async (mode) => [mode as string, await sharesOf(chosen, room, mode)] as const),
    ),
  )
  return {
    id: 'accuracy',
    title: 'Accuracy against information loss',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'mode', title: 'Dropped', kind: 'text' },
      { key: 'loss', title: 'Loss of mass', kind: 'fraction' },
      { key: 'pixels', title: 'Share of patches', kind: 'fraction' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change against clean', kind: 'fraction', better: 'higher' },
    ],
    rows: grid.cells.map((cell) => {
      const clean = baselineOf(grid, cell.modelId)
      const mode = String(cell.params['mode'])
      const percent = Number(cell.params['percent'])
      return {
        model: cell.model,
        mode,
        loss: percent / 100,
        pixels: shares.get(mode)?.get(percent) ?? (percent === 0 ? 0 : null),
        n: cell.n,
        top1: cell.top1,
        lo: cell.interval?.lo ?? null,
        hi: cell.interval?.hi ?? null,
        change: cell.top1 === null || clean === null ? null : cell.top1 - clean,
      }
    }),
  }
}
