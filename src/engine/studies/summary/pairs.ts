import {
  testedConditions,
  type Interval,
  type PairedTest,
  type StudyCondition,
} from '#shared/contract/index.ts'
import { holm } from '#shared/maths/holm.ts'
import { mcnemar } from '#shared/maths/mcnemar.ts'
import type { Db } from '../../workspace/index.ts'
import type { GridModel } from '../definition/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import type { Sequences } from '../sequences/index.ts'
import { pairedDifferenceInterval } from './differences.ts'
import { noPairs, pairCounts, type PairCounts } from '../../facts/index.ts'

/**
 * Counts the images of a cell by whether they are right under the model's first condition and under the
 * cell's own; null before both were measured.
 */
export function pairsWithFirst(
  db: Db,
  models: readonly GridModel[],
  cell: StudyCondition,
): PairCounts | null {
  const model = models.find(({ id }) => id === cell.modelId)
  const [baseline] = model?.conditions ?? []
  const stored = model?.conditions.find(({ condition }) => condition.key === cell.key)
  const clean = baseline ? model?.variantOf(baseline) : null
  const variantId = stored ? model?.variantOf(stored) : null
  if (!stored || clean == null || variantId == null) return null
  const count = pairCounts(db, stored.source)
  const before = { variantId: clean, conditionId: baseline?.parts[0]?.conditionId ?? null }
  return total(stored.parts.map((part) => count({ variantId, ...part }, before)))
}

const total = (found: readonly PairCounts[]): PairCounts =>
  found.reduce(
    (sum, { both, first, second, neither }) => ({
      both: sum.both + both,
      first: sum.first + first,
      second: sum.second + second,
      neither: sum.neither + neither,
    }),
    noPairs,
  )

/**
 * Counts the images that two models have facts of under a condition they share; null where one of them has no such
 * condition, or was not measured. `first` are the images that only model a has right.
 */
export function pairsOfModels(db: Db, a: GridModel, b: GridModel, key: string): PairCounts | null {
  const stored = a.conditions.find(({ condition }) => condition.key === key)
  const other = b.conditions.find(({ condition }) => condition.key === key)
  if (!stored || !other) return null
  const [left, right] = [a.variantOf(stored), b.variantOf(other)]
  if (left === null || right === null) return null
  // A transform may depend on the model's preprocessing: the other model then has another stored condition under the
  // same key.
  const count = pairCounts(db, stored.source)
  const { both, first, second, neither } = total(
    stored.parts.map((part, at) =>
      count(
        { variantId: left, ...part },
        { variantId: right, conditionId: other.parts[at]?.conditionId ?? null },
      ),
    ),
  )
  // The first of a pair is the model that is counted as "before".
  return { both, first: second, second: first, neither }
}

/** McNemar's exact test of two models on the same images, with the difference of their accuracies. */
export interface PairTest {
  onlyA: number
  onlyB: number
  n: number
  p: number
  difference: number
  interval: Interval | null
}

/** Tests pairs of which `first` are right for model a only; null without any. */
export function testOfPairs(counts: PairCounts): PairTest | null {
  const { both, first, second, neither } = counts
  const n = both + first + second + neither
  if (n === 0) return null
  const difference = (first - second) / n
  return {
    ...{ onlyA: first, onlyB: second, n, difference },
    p: mcnemar(first, second),
    interval: pairedDifferenceInterval(counts),
  }
}

/**
 * Computes McNemar's exact test for each pair of models under each condition they share, on the images that
 * both have facts for. The tests are one family for Holm's correction.
 *
 * @param sequences reads those of the differences; null where no images are missing
 */
export async function pairedTests(
  db: Db,
  models: GridModel[],
  sequences: Pick<Sequences, 'ofDifference'> | null,
): Promise<PairedTest[]> {
  const tests: Omit<PairedTest, 'adjusted'>[] = []
  for (const [place, a] of models.entries()) {
    for (const b of models.slice(place + 1)) {
      for (const { condition } of a.conditions.slice(0, testedConditions)) {
        const counts = pairsOfModels(db, a, b, condition.key)
        const test = counts && testOfPairs(counts)
        const sequence = test && (await sequences?.ofDifference(a, b, condition.key))
        if (test)
          tests.push({ key: condition.key, a: a.id, b: b.id, ...test, ...(sequence ? { sequence } : {}) })
        await nextTurn()
      }
    }
  }
  const adjusted = holm(tests.map(({ p }) => p))
  return tests.map((test, at) => ({ ...test, adjusted: adjusted[at] ?? 1 }))
}
