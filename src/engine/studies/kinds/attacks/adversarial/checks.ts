import { numberText } from '#shared/params/numbers.ts'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import { baselineOf } from '../../../summary/levels.ts'
import type { AdversarialParams } from './params.ts'
import type { Grid } from '../../../definition/index.ts'

/** A property that an attack must have for its numbers to be credible. */
export interface SanityCheck {
  model: string
  check: string
  holds: boolean
  /**
   * The numbers of the pair of cells that violates the property, or else of the pair closest to violating it.
   */
  numbers: string
}

type MeasuredCell = StudyCondition & { top1: number }

const epsilonOf = ({ params }: StudyCondition) => Number(params['epsilon'])
const stepsOf = ({ params }: StudyCondition) => Number(params['steps'])
const shown = (value: number) => `${(100 * value).toFixed(1)} %`
const place = (cell: MeasuredCell) =>
  `ε ${numberText(epsilonOf(cell))}${stepsOf(cell) > 1 ? `, ${stepsOf(cell)} steps` : ''}`

/**
 * Of pairs of cells, finds the one with the smallest margin; null without pairs. `margin` is negative where
 * the first cell's accuracy is too high.
 */
function tightest(
  pairs: [MeasuredCell, MeasuredCell][],
  margin: (a: MeasuredCell, b: MeasuredCell) => number,
): [MeasuredCell, MeasuredCell] | null {
  return pairs.toSorted((a, b) => margin(...a) - margin(...b))[0] ?? null
}

/**
 * The margin between two cells: negative where the first one's interval lies entirely above the second one's.
 */
const beyondChance = (a: MeasuredCell, b: MeasuredCell) => (b.interval?.hi ?? 1) - (a.interval?.lo ?? 0)

function checksOf(
  cells: MeasuredCell[],
  clean: number | null,
  { attack, baseline, stepRatio, norm }: AdversarialParams,
): SanityCheck[] {
  const attacked = cells.filter(({ params }) => params['kind'] === attack)
  const model = cells[0]?.model ?? ''
  const pairsWith = (others: MeasuredCell[], fits: (one: MeasuredCell, other: MeasuredCell) => boolean) =>
    attacked.flatMap((one) =>
      others.filter((other) => fits(one, other)).map((other): [MeasuredCell, MeasuredCell] => [one, other]),
    )
  const pairCheck = (
    check: string,
    pairs: [MeasuredCell, MeasuredCell][],
    margin: (a: MeasuredCell, b: MeasuredCell) => number,
    than: string,
  ) => {
    const found = tightest(pairs, margin)
    if (!found) return []
    const [one, other] = found
    const numbers = `${shown(one.top1)} at ${place(one)}, ${shown(other.top1)} ${than}${than === 'at' ? ` ${place(other)}` : ''}`
    return [{ model, check, holds: margin(one, other) >= 0, numbers }]
  }
  const signs = cells.filter(({ params }) => params['kind'] === 'sign')
  const oneStep = attack === 'fgsm' ? [] : cells.filter(({ params }) => params['kind'] === 'fgsm')
  const strongest = attacked.toSorted((a, b) => epsilonOf(b) - epsilonOf(a) || stepsOf(b) - stepsOf(a))[0]
  return [
    ...(baseline
      ? pairCheck(
          'More harm than a random sign of the same size',
          pairsWith(signs, (one, sign) => epsilonOf(one) === epsilonOf(sign)),
          (one, sign) => sign.top1 - one.top1,
          'with a random sign',
        )
      : []),
    ...pairCheck(
      'Steps that reach ε do no less harm than one of that size (FGSM), beyond chance',
      pairsWith(oneStep, (one, fgsm) => epsilonOf(one) === epsilonOf(fgsm) && stepsOf(one) * stepRatio >= 1),
      beyondChance,
      'with FGSM',
    ),
    ...pairCheck(
      'More steps never do less harm, beyond chance',
      pairsWith(
        attacked,
        (one, fewer) => epsilonOf(one) === epsilonOf(fewer) && stepsOf(fewer) < stepsOf(one),
      ),
      beyondChance,
      'at',
    ),
    ...pairCheck(
      'A larger ε never does less harm, beyond chance',
      pairsWith(attacked, (one, less) => stepsOf(one) === stepsOf(less) && epsilonOf(less) < epsilonOf(one)),
      beyondChance,
      'at',
    ),
    ...(strongest && clean !== null && norm === 'linf' && epsilonOf(strongest) >= 0.1
      ? [
          {
            model,
            check: 'A large ε leaves less than half of the accuracy',
            holds: strongest.top1 <= 0.5 * clean,
            numbers: `${shown(strongest.top1)} of ${shown(clean)} left at ${place(strongest)}`,
          },
        ]
      : []),
  ]
}

/** The checks of every model. The transfer check has a table of its own. */
export function sanityChecks(grid: Grid, chosen: AdversarialParams): SanityCheck[] {
  return grid.models.flatMap(({ id }) => {
    const cells = grid.cells.flatMap((cell) =>
      cell.modelId === id && cell.top1 !== null ? [{ ...cell, top1: cell.top1 }] : [],
    )
    return checksOf(cells, baselineOf(grid, id), chosen)
  })
}

export const checkTable = (checks: readonly SanityCheck[]): DataTable => ({
  id: 'checks',
  title: 'Sanity checks',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'check', title: 'What must hold', kind: 'text' },
    { key: 'holds', title: 'Holds', kind: 'text' },
    { key: 'numbers', title: 'Top-1, where it is closest', kind: 'text' },
  ],
  rows: checks.map((check) => ({ ...check, holds: check.holds ? 'yes' : 'no' })),
})

/** Describes the checks that fail. */
export const sanityNotes = (checks: readonly SanityCheck[]): string[] =>
  checks
    .filter(({ holds }) => !holds)
    .map(
      ({ model, check, numbers }) =>
        `${model}: does not hold: ${check.toLowerCase()} (${numbers}); the gradient may be masked.`,
    )
