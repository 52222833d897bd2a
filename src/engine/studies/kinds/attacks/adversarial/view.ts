import { numberText } from '#shared/params/numbers.ts'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { levelSeries } from '../../../summary/levels.ts'
import { accuracyMetric } from '../../../summary/metrics.ts'
import { isBySteps, stepsOf, strongestAttack } from './conditions.ts'
import type { AdversarialParams } from './params.ts'
import type { Grid, Metric } from '../../../definition/index.ts'
import { epsilonLabel, normTitles } from '../norms.ts'
import { attackTitles, otherNotation } from '../titles.ts'

/**
 * Fig. 6: accuracy against epsilon, one figure for each number of steps, the largest first. With one epsilon:
 * accuracy against steps.
 */
export async function attackFigures(grid: Grid, chosen: AdversarialParams): Promise<FigureSpec[]> {
  const [most = 1, ...fewer] = stepsOf(chosen).reverse()
  const rest = isBySteps(chosen) ? [] : fewer
  return [
    await attackFigure(grid, chosen, most),
    ...(await Promise.all(
      rest.map(async (steps) => ({
        ...(await attackFigure(grid, chosen, steps)),
        id: `attack-${steps}-steps`,
      })),
    )),
  ]
}

async function attackFigure(grid: Grid, chosen: AdversarialParams, steps: number): Promise<FigureSpec> {
  const bySteps = isBySteps(chosen)
  const inSteps = chosen.attack === 'fgsm' || bySteps ? '' : `, ${steps} ${steps === 1 ? 'step' : 'steps'}`
  const attacked = ({ params }: StudyCondition) => {
    if (params['kind'] === 'clean') return 0
    if (params['kind'] !== chosen.attack) return null
    if (bySteps) return Number(params['steps'])
    return params['steps'] === steps ? Number(params['epsilon']) : null
  }
  const signs = ({ params }: StudyCondition) =>
    params['kind'] === 'sign' && !bySteps ? Number(params['epsilon']) : null
  const lines = await levelSeries(grid, attacked, { repeats: 1 })
  const baselines =
    chosen.baseline && !bySteps
      ? (await levelSeries(grid, signs, { repeats: 1 })).map((line) => ({
          ...line,
          id: `${line.id}-sign`,
          baseline: 'random sign',
        }))
      : []
  return {
    id: 'attack',
    kind: 'lines',
    title: `${attackTitles[chosen.attack]}${inNorm(chosen)}${inSteps}`,
    x: bySteps
      ? { label: 'Steps', unit: 'none', scale: 'linear', min: 0 }
      : { label: epsilonLabel(chosen.norm), unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: [...lines, ...baselines],
    references: [],
    spans: [],
    notes: [
      bySteps
        ? `Epsilon ${chosen.epsilons[0]}; the point at 0 is the clean image.`
        : `${attackTitles[chosen.attack]}${inNorm(chosen)}${inSteps}; the point at 0 is the clean image.`,
    ],
    alt: `Top-1 accuracy under attack${inSteps} against ${bySteps ? 'the number of steps' : 'epsilon'}, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/**
 * One row per model and condition. In L-infinity, epsilon is also given as n/255 and in units of the normalised input.
 * Images made with other models have a table of their own.
 */
export function attackTable(grid: Grid, { norm }: AdversarialParams, models: StoredModel[]): DataTable {
  return {
    id: 'attacks',
    title: 'Accuracy under attack',
    comparedWithin: ['kind', 'epsilon', 'steps'],
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
    rows: grid.cells
      .filter(({ params }) => params['kind'] !== 'transfer')
      .map((cell) => {
        const attacked = cell.params['kind'] !== 'clean'
        const epsilon = Number(cell.params['epsilon'])
        const std = models.find(({ id }) => id === cell.modelId)?.preprocessing.std ?? [1, 1, 1]
        return {
          model: cell.model,
          kind: nameOf(String(cell.params['kind'])),
          epsilon: attacked ? epsilon : null,
          levels: norm === 'l2' || !attacked ? null : epsilon * 255,
          normalised:
            norm === 'l2' || !attacked ? null : (epsilon / std[0] + epsilon / std[1] + epsilon / std[2]) / 3,
          steps: attacked ? Number(cell.params['steps']) : null,
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

/** An attack by its title; "clean" as it is. */
const nameOf = (kind: string): string => Object.entries(attackTitles).find(([id]) => id === kind)?.[1] ?? kind

/** The largest changes in other units: eight-bit levels, and the normalised input of each model; of L2 norms, what they are. */
export function epsilonNote({ norm, epsilons }: AdversarialParams, models: StoredModel[]): string {
  if (norm === 'l2')
    return 'ε is the L2 norm of the change over all values of the image, before normalisation.'
  const levels = (epsilon: number) => `${numberText(epsilon)} = ${otherNotation(epsilon)}`
  const strongest = Math.max(...epsilons)
  const normalised = models.map(({ title, preprocessing: { std } }) => {
    const channels = std.map((value) => (strongest / value).toPrecision(3))
    return `${new Set(channels).size === 1 ? channels[0] : channels.join('/')} for ${title}`
  })
  return `ε ${[...new Set(epsilons)]
    .sort((a, b) => a - b)
    .map(levels)
    .join(', ')}; after normalisation ${numberText(strongest)} is ${normalised.join(', ')} (by channel).`
}

/** Names the norm in a title, where it is not L-infinity. */
const inNorm = ({ norm }: AdversarialParams): string => (norm === 'l2' ? `, ${normTitles.l2}` : '')

/** Top-1 under the strongest attack of the study. */
export function attackMetrics(grid: Grid, chosen: AdversarialParams): Metric[] {
  const strongest = strongestAttack(chosen)
  if (!strongest) return []
  const { kind, epsilon, steps } = strongest
  const title = `${attackTitles[chosen.attack]}${inNorm(chosen)}, ε ${numberText(epsilon)}${kind === 'fgsm' ? '' : `, ${steps} steps`}, top-1`
  return grid.cells
    .filter(
      ({ params }) => params['kind'] === kind && params['epsilon'] === epsilon && params['steps'] === steps,
    )
    .map((cell) =>
      accuracyMetric(grid, cell, `adversarial.${kind}${chosen.norm === 'l2' ? '-l2' : ''}`, title),
    )
}
