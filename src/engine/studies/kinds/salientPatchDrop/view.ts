import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { SalientMode } from '#shared/saliency.ts'
import { changeOf, levelSeries } from '../../summary/levels.ts'
import type { SalientParams } from './params.ts'
import { sharesOf, type Shares } from './shares.ts'
import type { Grid, ViewContext } from '../../definition/index.ts'

const lossIn =
  (mode: SalientMode) =>
  ({ params }: StudyCondition) =>
    params['mode'] === mode || params['mode'] === 'clean' ? Number(params['percent']) / 100 : null

/** Says in what the masks differ from those of the paper. */
export const standInNotes = (standIn: string | null): string[] =>
  standIn === null ? [] : [`Not the masks of the paper: ${standIn}.`]

/** Figs. 4b and 4c: accuracy against the share of the saliency mass that is lost. */
export async function lossFigure(grid: Grid, mode: SalientMode, standIn: string | null): Promise<FigureSpec> {
  const what = mode === 'salient' ? 'Salient' : 'Non-salient'
  return {
    id: `${mode}-drop`,
    kind: 'lines',
    title: `${what} patch drop`,
    x: { label: 'Information loss', unit: 'percent', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: await levelSeries(grid, lossIn(mode), { repeats: 1 }),
    references: [],
    spans: [],
    notes: [
      ...standInNotes(standIn),
      mode === 'salient'
        ? 'Loss: share of the saliency mass in the dropped patches.'
        : 'Loss: largest share of the saliency mass that may be in the dropped patches.',
    ],
    alt: `Top-1 accuracy against information loss by ${mode} patches, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** The share of pixels that the loss drops, against the share of mass, for each input size of the models. */
export async function shareFigure(chosen: SalientParams, context: ViewContext): Promise<FigureSpec> {
  const sizes = new Map(context.models.map(({ preprocessing: { size } }) => [size.join(' x '), size]))
  const lines = await Promise.all(
    [...sizes].flatMap(([name, size]) =>
      chosen.modes.map(async (mode) => ({
        id: sizes.size > 1 ? `${mode}, ${name} px` : mode,
        found: await sharesOf(chosen, context, size, mode),
      })),
    ),
  )
  return {
    id: 'pixel-share',
    kind: 'lines',
    title: 'Pixels behind the loss',
    x: { label: 'Information loss', unit: 'percent', scale: 'linear' },
    y: { label: 'Patches dropped', unit: 'percent', scale: 'linear', min: 0 },
    series: lines.map(({ id, found }, slot) => ({
      id,
      name: id,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: [...found]
        .sort(([a], [b]) => a - b)
        .map(([percent, { share, masks }]) => ({
          x: percent / 100,
          y: share,
          ...(masks > 0 ? { n: masks } : {}),
        })),
    })),
    references: [],
    spans: [],
    notes: ['Mean over the images of the study whose masks are made.'],
    alt: 'Mean share of patches that are dropped at each share of the saliency mass.',
  }
}

export async function lossTable(grid: Grid, chosen: SalientParams, context: ViewContext): Promise<DataTable> {
  const shares = new Map<string, Shares>()
  for (const { id, preprocessing } of context.models)
    for (const mode of chosen.modes)
      shares.set(`${id} ${mode}`, await sharesOf(chosen, context, preprocessing.size, mode))
  return {
    id: 'accuracy',
    title: 'Accuracy against information loss',
    comparedWithin: ['mode', 'loss'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'mode', title: 'Dropped', kind: 'text' },
      { key: 'loss', title: 'Loss of mass', kind: 'fraction' },
      { key: 'pixels', title: 'Share of patches', kind: 'fraction' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change against clean', kind: 'points' },
    ],
    rows: grid.cells.map((cell) => {
      const mode = String(cell.params['mode'])
      const percent = Number(cell.params['percent'])
      return {
        model: cell.model,
        mode,
        loss: percent / 100,
        pixels: shares.get(`${cell.modelId} ${mode}`)?.get(percent)?.share ?? (percent === 0 ? 0 : null),
        n: cell.n,
        top1: cell.top1,
        lo: cell.interval?.lo ?? null,
        hi: cell.interval?.hi ?? null,
        change: changeOf(grid, cell),
      }
    }),
  }
}
