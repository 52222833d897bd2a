import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { epsilonTitle } from '../titles.ts'
import type { AdversarialParams } from './params.ts'
import type { Grid } from '../../../definition/index.ts'

/**
 * A model's cell under its own strongest attack, and its cells under the images made with the other models.
 */
function cellsOf(grid: Grid, { attack, epsilons, steps }: AdversarialParams, modelId: number) {
  const own = grid.cells.filter((cell) => cell.modelId === modelId && cell.top1 !== null)
  const most = attack === 'fgsm' ? 1 : Math.max(...steps)
  return {
    white: own.find(
      ({ params }) =>
        params['kind'] === attack &&
        params['epsilon'] === Math.max(...epsilons) &&
        Number(params['steps']) === most,
    ),
    shown: own.filter(({ params }) => params['kind'] === 'transfer'),
  }
}

/**
 * The table of the transfer check: for each model, the images made with its own gradient and with each other
 * model.
 */
export function transferTable(grid: Grid, chosen: AdversarialParams): DataTable[] {
  const titles = new Map(grid.models.map(({ id, title }) => [id, title]))
  const row = (surrogate: string, cell: StudyCondition) => ({
    surrogate,
    model: cell.model,
    epsilon: Number(cell.params['epsilon']),
    n: cell.n,
    top1: cell.top1,
    lo: cell.interval?.lo ?? null,
    hi: cell.interval?.hi ?? null,
    success: grid.lostShare(cell),
  })
  const rows = grid.models.flatMap(({ id, title }) => {
    const { white, shown } = cellsOf(grid, chosen, id)
    return [
      ...(white ? [row(title, white)] : []),
      ...shown.map((cell) => row(titles.get(Number(cell.params['from'])) ?? '', cell)),
    ]
  })
  if (rows.every(({ surrogate, model }) => surrogate === model)) return []
  return [
    {
      id: 'transfer',
      title: 'Transfer check, by the model that made the images',
      comparedWithin: ['surrogate', 'epsilon'],
      columns: [
        { key: 'model', title: 'Shown to', kind: 'text' },
        { key: 'surrogate', title: 'Made with', kind: 'text' },
        { key: 'epsilon', title: 'Epsilon', kind: 'number' },
        { key: 'n', title: 'Images', kind: 'integer' },
        { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
        { key: 'lo', title: '95 % from', kind: 'fraction' },
        { key: 'hi', title: 'to', kind: 'fraction' },
        { key: 'success', title: 'Success, of those right before', kind: 'fraction', better: 'lower' },
      ],
      rows,
    },
  ]
}

/**
 * All models against all: the share of the images right before that is wrong, by the model that made the images and the one that
 * they are shown to. The diagonal is the attack on the model itself. Empty where no image was shown to another model.
 */
export function transferMatrix(grid: Grid, chosen: AdversarialParams): FigureSpec[] {
  const columns = grid.models.map(({ id }) => cellsOf(grid, chosen, id))
  if (columns.every(({ shown }) => shown.length === 0)) return []
  const cellAt = (from: number, to: number) =>
    from === to
      ? columns[to]?.white
      : columns[to]?.shown.find(({ params }) => Number(params['from']) === grid.models[from]?.id)
  const values = grid.models.flatMap((_, from) =>
    grid.models.map((__, to) => {
      const cell = cellAt(from, to)
      return cell ? grid.lostShare(cell) : null
    }),
  )
  const none = values.filter((value) => value === null).length
  const [sample] = columns.flatMap(({ shown }) => shown)
  return [
    {
      id: 'transfer',
      kind: 'heatmap',
      title: 'Transfer of adversarial images',
      x: { label: 'Shown to', unit: 'none', scale: 'category' },
      y: { label: 'Made with', unit: 'none', scale: 'category' },
      series: [],
      references: [],
      spans: [],
      cells: {
        rows: grid.models.map(({ title }) => title),
        columns: grid.models.map(({ title }) => title),
        values,
        map: 'sequential',
        label: 'Wrong, of those right before',
        unit: 'percent',
        square: true,
        range: { min: 0, max: 1 },
      },
      notes: [
        `Images of the attack at ${epsilonTitle(Number(sample?.params['epsilon']), chosen.norm)}; on the diagonal the model that they were made with.`,
        ...(none > 0
          ? [
              `${none} of ${values.length} pairs are empty: not measured, or the models take images of other sizes.`,
            ]
          : []),
      ],
      alt: `Share of images that become wrong, by the model that made them and the model they are shown to, for ${grid.models.map(({ title }) => title).join(', ')}.`,
    },
  ]
}

/**
 * Notes whether the images made with other models do more harm than the model's own gradient, beyond chance.
 * If they do, the gradient is masked.
 */
export function transferNotes(grid: Grid, chosen: AdversarialParams, models: StoredModel[]): string[] {
  if (!chosen.transfer) return ['Not checked for masked gradients by transfer.']
  const title = new Map(models.map((model) => [model.id, model.title]))
  const verdicts = models.flatMap((model) => {
    const { white, shown } = cellsOf(grid, chosen, model.id)
    if (!white || shown.length === 0) return []
    const worse = shown.filter(
      ({ interval }) => interval && white.interval && interval.hi < white.interval.lo,
    )
    return worse.length > 0
      ? [
          `${model.title}: images made with ${worse.map(({ params }) => title.get(Number(params['from'])) ?? '').join(', ')} do more harm than its own gradient: the gradient is masked.`,
        ]
      : [`${model.title}: no images made with another model do more harm than its own gradient.`]
  })
  if (verdicts.length > 0) return verdicts
  return [
    'No other model of the study takes images of the same size, so there is no transfer check; the random sign is the only baseline.',
  ]
}
