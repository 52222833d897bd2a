import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
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
      ...(white ? [row(`${title} (itself)`, white)] : []),
      ...shown.map((cell) => row(titles.get(Number(cell.params['from'])) ?? '', cell)),
    ]
  })
  if (!rows.some(({ surrogate }) => !surrogate.endsWith('(itself)'))) return []
  return [
    {
      id: 'transfer',
      title: 'Transfer check',
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
