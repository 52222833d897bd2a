import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Grid } from '../grid.ts'
import { baselineOf, levelSeries } from '../levels.ts'
import type { AdversarialParams } from './index.ts'

/** Fig. 6: accuracy against epsilon, or against steps where there are several and one epsilon. */
export function attackFigure(grid: Grid, chosen: AdversarialParams): FigureSpec {
  const bySteps = chosen.attack !== 'fgsm' && chosen.steps.length > 1 && chosen.epsilons.length === 1
  const most = Math.max(...chosen.steps)
  const attacked = ({ params }: StudyCondition) => {
    if (params['kind'] === 'clean') return 0
    if (params['kind'] === 'sign') return null
    if (bySteps) return Number(params['steps'])
    return chosen.attack === 'fgsm' || params['steps'] === most ? Number(params['epsilon']) : null
  }
  const signs = ({ params }: StudyCondition) =>
    params['kind'] === 'sign' && !bySteps ? Number(params['epsilon']) : null
  const lines = levelSeries(grid, attacked, { repeats: 1 })
  const baselines =
    chosen.baseline && !bySteps
      ? levelSeries(grid, signs, { repeats: 1 }).map((line) => ({
          ...line,
          id: `${line.id}-sign`,
          name: `${line.name}, random sign`,
          symbols: false,
        }))
      : []
  return {
    id: 'attack',
    kind: 'lines',
    title: { fgsm: 'FGSM', pgd: 'PGD', mifgsm: 'MI-FGSM' }[chosen.attack],
    x: bySteps
      ? { label: 'Steps', unit: 'none', scale: 'linear', min: 0 }
      : { label: 'Epsilon in [0,1] units', unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: [...lines, ...baselines.map((line) => ({ ...line, slot: line.slot + lines.length }))],
    references: [],
    spans: [],
    notes: [
      bySteps
        ? `Epsilon ${chosen.epsilons[0]}; the point at 0 is the clean image.`
        : 'The point at 0 is the clean image.',
      'Band: 95 % Wilson interval.',
    ],
    alt: `Top-1 accuracy under attack against ${bySteps ? 'the number of steps' : 'epsilon'}, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** One row per model and condition; epsilon also as n/255 and in units of the normalised input. */
export function attackTable(grid: Grid, models: StoredModel[]): DataTable {
  return {
    id: 'attacks',
    title: 'Accuracy under attack',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'kind', title: 'Attack', kind: 'text' },
      { key: 'epsilon', title: 'Epsilon', kind: 'number' },
      { key: 'levels', title: 'n/255', kind: 'number' },
      { key: 'normalised', title: 'After normalisation, mean of channels', kind: 'number' },
      { key: 'steps', title: 'Steps', kind: 'integer' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'success', title: 'Success, all images', kind: 'fraction', better: 'lower' },
      { key: 'conditional', title: 'Success, of those right before', kind: 'fraction', better: 'lower' },
    ],
    rows: grid.cells.map((cell) => {
      const epsilon = Number(cell.params['epsilon'])
      const std = models.find(({ id }) => id === cell.modelId)?.preprocessing.std ?? [1, 1, 1]
      return {
        model: cell.model,
        kind: String(cell.params['kind']),
        epsilon,
        levels: epsilon * 255,
        normalised: epsilon / ((std[0] + std[1] + std[2]) / 3),
        steps: Number(cell.params['steps']),
        n: cell.n,
        top1: cell.top1,
        lo: cell.interval?.lo ?? null,
        hi: cell.interval?.hi ?? null,
        success: cell.top1 === null ? null : 1 - cell.top1,
        conditional: grid.lostShare(cell),
      }
    }),
  }
}

/** What must hold if the numbers are to be believed, said in words where it does not. */
export function sanityNotes(grid: Grid, chosen: AdversarialParams): string[] {
  return grid.models.flatMap((model) => {
    const cells = grid.cells.filter((cell) => cell.modelId === model.id && cell.top1 !== null)
    const clean = baselineOf(grid, model.id)
    const attacked = cells.filter(({ params }) => params['kind'] === chosen.attack)
    const notes: string[] = []
    for (const cell of attacked) {
      const sign = cells.find(
        ({ params }) => params['kind'] === 'sign' && params['epsilon'] === cell.params['epsilon'],
      )
      if (sign && (cell.top1 ?? 0) > (sign.top1 ?? 0))
        notes.push(
          `at ε ${cell.params['epsilon']} a random sign does more harm than the attack: the gradient may be masked`,
        )
      const weaker = attacked.find(
        ({ params }) =>
          params['epsilon'] === cell.params['epsilon'] &&
          Number(params['steps']) < Number(cell.params['steps']),
      )
      if (weaker && (cell.interval?.lo ?? 0) > (weaker.interval?.hi ?? 1))
        notes.push(`more steps do less harm at ε ${cell.params['epsilon']}`)
    }
    const strongest = Math.max(0, ...attacked.map(({ params }) => Number(params['epsilon'])))
    const atStrongest = attacked.find(({ params }) => params['epsilon'] === strongest)
    if (clean !== null && strongest >= 0.1 && (atStrongest?.top1 ?? 0) > 0.5 * clean) {
      notes.push(
        `over half of the accuracy is left at ε ${strongest}: check for masked gradients with restarts and a transfer attack`,
      )
    }
    return notes.map((note) => `${model.title}: ${note}.`)
  })
}
