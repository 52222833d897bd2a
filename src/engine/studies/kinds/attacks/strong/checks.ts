import type { DataTable } from '#shared/contract/index.ts'
import { givesProbabilities } from '#shared/outputScale.ts'
import { nextTurn } from '../../../../base/nextTurn.ts'
import type { StoredModel } from '../../../../models/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { Grid, GridModel } from '../../../definition/index.ts'
import { answersUnder, cellOf } from '../../../summary/outcomes.ts'
import { normTitles } from '../norms.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { attacksOf, epsilonsOf, keyOf, zeroKey } from './conditions.ts'
import { finding, type Check, type Finding } from './finding.ts'
import type { Ensemble } from './ensemble.ts'
import { blackBox, gradientCheck, lossChecks } from './gradientChecks.ts'
import type { StrongParams } from './params.ts'

const shown = (value: number) => `${(100 * value).toFixed(1)} %`
const notMeasured = 'not measured: turn checks on, and let the study end'

/** ε 0 changes no answer: the attacks go through all their parts, and the network answers the same each time. */
function zeroChecks(db: Db, model: GridModel, chosen: StrongParams): Finding[] {
  const clean = answersUnder(db, model, 'clean')
  return attacksOf(chosen).map((kind) => {
    const name = `${attackTitles[kind]} with ε 0 gives the answers without an attack`
    const zero = answersUnder(db, model, zeroKey(kind))
    if (zero.size === 0) return finding(name, null, notMeasured)
    const both = [...zero].flatMap(([id, own]) => {
      const before = clean.get(id)
      return before ? [{ own, before }] : []
    })
    const other = both.filter(({ own, before }) => own.predicted !== before.predicted).length
    const away = both.reduce(
      (most, { own, before }) =>
        Math.max(most, Math.abs((own.trueProbability ?? 0) - (before.trueProbability ?? 0))),
      0,
    )
    return finding(
      name,
      other === 0,
      `${other} of ${both.length} answers are others; a probability of the true class differs by ${away.toExponential(1)} at most`,
    )
  })
}

/** Without a bound nothing stays right. */
function unboundedCheck(grid: Grid, { id }: GridModel, { norm }: StrongParams): Finding {
  const name = `Without a bound (${normTitles[norm]}) no image stays right`
  const cell = cellOf(grid, id, 'unbounded')
  if (!cell || cell.top1 === null) return finding(name, null, notMeasured)
  return finding(
    name,
    cell.correct === 0,
    `${cell.correct} of ${cell.n} images are right under ${cell.title}`,
  )
}

/** Attacks do more harm than what needs no search. */
function weakerChecks(
  grid: Grid,
  { id }: GridModel,
  chosen: StrongParams,
  joint: readonly Ensemble[],
): Finding[] {
  const against = (kind: 'sign' | 'fgsm', name: string) => {
    const pairs = joint.flatMap(({ epsilon, n, right }) => {
      const cell = cellOf(grid, id, `${kind},epsilon=${epsilon}`)
      return cell && cell.top1 !== null && n > 0 ? [{ epsilon, weak: cell.top1, strong: right / n }] : []
    })
    const [closest] = pairs.toSorted((a, b) => a.weak - a.strong - (b.weak - b.strong))
    if (!closest) return finding(name, null, notMeasured)
    return finding(
      name,
      closest.strong <= closest.weak,
      `at ${epsilonTitle(closest.epsilon, chosen.norm)}, where it is closest: ${shown(closest.strong)} against ${shown(closest.weak)} right`,
    )
  }
  return [
    against('sign', 'The attacks together do no less harm than a random sign'),
    ...(attacksOf(chosen).includes('fgsm')
      ? []
      : [against('fgsm', 'The attacks together do no less harm than one step (FGSM)')]),
  ]
}

/** A larger ε leaves no more images right, for each attack. */
function risingChecks(grid: Grid, { id }: GridModel, chosen: StrongParams): Finding[] {
  const epsilons = epsilonsOf(chosen)
  return attacksOf(chosen).map((kind) => {
    const name = `A larger ε does no less harm, beyond chance: ${attackTitles[kind]}`
    const cells = epsilons.flatMap((epsilon) => cellOf(grid, id, keyOf(kind, epsilon)) ?? [])
    const pairs = cells.slice(1).flatMap((cell, at) => {
      const less = cells[at]
      return less?.interval && cell.interval && cell.top1 !== null && less.top1 !== null
        ? [{ cell, less, margin: less.interval.hi - cell.interval.lo, change: cell.top1 - less.top1 }]
        : []
    })
    const [closest] = pairs.toSorted((a, b) => b.change - a.change)
    if (!closest)
      return finding(name, null, epsilons.length < 2 ? 'the study has one ε' : 'nothing was measured yet')
    return finding(
      name,
      pairs.every(({ margin }) => margin >= 0),
      `${shown(closest.cell.top1 ?? 0)} right at ${closest.cell.title}, ${shown(closest.less.top1 ?? 0)} at ${closest.less.title}`,
    )
  })
}

const elsewhere: readonly Finding[] = [
  finding(
    'Images made with other models do no more harm',
    null,
    'not part of this study: see the transfer check of Adversarial attacks',
  ),
  finding(
    'More steps and restarts change nothing',
    null,
    'not part of this study: run it again with more of them',
  ),
  finding(
    'Attacks made for a defence do no more harm',
    null,
    'cannot be checked in general (Tramèr et al. 2020)',
  ),
]

/** The checklist of Carlini et al. (2019) and the flags of AutoAttack, for each model. */
export async function strongChecks(
  db: Db,
  grid: Grid,
  chosen: StrongParams,
  joint: readonly Ensemble[],
  models: readonly StoredModel[],
): Promise<Check[]> {
  const found: Check[] = []
  for (const model of grid.models) {
    const own = joint.filter((one) => one.model.id === model.id)
    const file = models.find(({ id }) => id === model.id)
    const logits = !file || !givesProbabilities(file.inspection)
    const findings = [
      ...zeroChecks(db, model, chosen),
      ...lossChecks(db, model, chosen),
      gradientCheck(db, model, chosen),
      blackBox(own, chosen),
      unboundedCheck(grid, model, chosen),
      ...weakerChecks(grid, model, chosen, own),
      ...risingChecks(grid, model, chosen),
      finding(
        'Losses see outputs before the softmax',
        logits,
        logits ? 'the graph gives logits' : 'the graph gives probabilities, which hides gradients',
      ),
      ...elsewhere,
    ]
    found.push(...findings.map((one) => ({ model: model.title, ...one })))
    await nextTurn()
  }
  return found
}

export const checkTable = (checks: readonly Check[]): DataTable => ({
  id: 'checks',
  title: 'Do the attacks work?',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'check', title: 'What must hold', kind: 'text' },
    { key: 'state', title: 'Found', kind: 'text' },
    { key: 'numbers', title: 'What was counted', kind: 'text' },
  ],
  rows: checks.map((check) => ({ ...check })),
})

/** Says which checks do not hold. */
export const checkNotes = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ state }) => state === 'does not hold')
    .map(
      ({ model, check, numbers }) =>
        `${model}: does not hold: ${check} (${numbers}). The robust accuracy may be too high.`,
    )
