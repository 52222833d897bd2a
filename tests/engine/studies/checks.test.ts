import { expect, it } from 'vitest'
import { wilson } from '#shared/maths/wilson.ts'
import type { StudyCondition } from '#shared/contract/index.ts'
import { sanityChecks, sanityNotes } from '#engine/studies/kinds/attacks/adversarial/checks.ts'
import { params } from '#engine/studies/kinds/attacks/adversarial/params.ts'
import type { Grid } from '#engine/studies/definition/index.ts'
import { wordsFor } from '../../words.ts'

const n = 1000

function cell(kind: string, epsilon: number, steps: number, top1: number): StudyCondition {
  const correct = Math.round(top1 * n)
  return {
    modelId: 1,
    model: 'net',
    key: `${kind} ${epsilon} ${steps}`,
    params: { kind, epsilon, steps },
    conditionIds: [],
    ...wordsFor(`${kind} ${epsilon} ${steps}`),
    attacked: true,
    unchangedModel: true,
    n,
    correct,
    correct5: n,
    top1,
    top5: 1,
    interval: wilson(correct, n, 0.95),
    failed: 0,
    missing: 0,
  }
}

const checked = (cells: StudyCondition[], attack: string) => {
  const grid: Grid = {
    models: [
      {
        id: 1,
        title: 'net',
        conditions: [],
        variantOf: () => null,
        classes: [],
        largestKernel: null,
        ownPreprocessing: true,
      },
    ],
    cells: [cell('clean', 0, 0, 0.9), ...cells],
    images: n,
    complete: true,
    answers: { measured: 0, failed: 0, of: 0 },
    measured: [],
    missing: 0,
    whole: () => true,
    perClass: () => [],
    confusion: () => [],
    tests: [],
    pairs: () => null,
    lostShare: () => null,
    known: () => Promise.resolve(null),
  }
  return sanityChecks(grid, params.parse({ attack }))
}

it('a plausible attack passes every check', () => {
  const cells = [cell('pgd', 0.1, 1, 0.5), cell('pgd', 0.1, 5, 0.2), cell('pgd', 0.2, 5, 0.1)]
  const checks = checked([...cells, cell('sign', 0.1, 1, 0.8), cell('sign', 0.2, 1, 0.7)], 'pgd')
  expect(checks).toHaveLength(4)
  expect(checks.every(({ holds }) => holds)).toBe(true)
  expect(sanityNotes(checks)).toEqual([])
})

it.each([
  ['a random sign that does more harm', [cell('fgsm', 0.1, 1, 0.4), cell('sign', 0.1, 1, 0.39)], 0],
  ['more steps that do less harm', [cell('pgd', 0.05, 1, 0.3), cell('pgd', 0.05, 5, 0.5)], 0],
  ['steps that do less harm than one', [cell('pgd', 0.05, 4, 0.5), cell('fgsm', 0.05, 1, 0.4)], 0],
  ['a larger epsilon that does less harm', [cell('fgsm', 0.05, 1, 0.3), cell('fgsm', 0.08, 1, 0.5)], 0],
  ['most of the accuracy left at a large epsilon', [cell('fgsm', 0.3, 1, 0.6)], 0],
])('%s fails a check, which names the numbers', (_, cells, at) => {
  const checks = checked(cells, String(cells[0]?.params['kind']))
  expect(checks[at]?.holds).toBe(false)
  expect(checks[at]?.numbers).toContain('%')
  expect(sanityNotes(checks)).toHaveLength(1)
})

it('more steps that do slightly less harm pass, because the difference is within chance', () => {
  const checks = checked([cell('pgd', 0.05, 1, 0.3), cell('pgd', 0.05, 5, 0.31)], 'pgd')
  expect(checks.map(({ holds }) => holds)).toEqual([true])
})

it('steps that cannot reach epsilon need not do more harm than one step that does', () => {
  expect(checked([cell('pgd', 0.05, 3, 0.5), cell('fgsm', 0.05, 1, 0.4)], 'pgd')).toEqual([])
})
