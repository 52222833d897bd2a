import { testedConditions, type PairedTest, type StudyCondition } from '#shared/contract/index.ts'
import { mcnemar } from '#shared/maths/mcnemar.ts'
import type { Db } from '../../workspace/index.ts'
import type { GridModel } from '../definition/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { discordance, noPairs, pairCounts, type PairCounts } from '../../facts/index.ts'

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
  return stored.parts.reduce((total, part) => {
    const { both, first, second, neither } = count({ variantId, ...part }, before)
    return {
      both: total.both + both,
      first: total.first + first,
      second: total.second + second,
      neither: total.neither + neither,
    }
  }, noPairs)
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)

/**
 * Computes McNemar's exact test for each pair of models under each condition they share, on the images that
 * both have facts for.
 */
export async function pairedTests(db: Db, models: GridModel[]): Promise<PairedTest[]> {
  const tests: PairedTest[] = []
  for (const [place, a] of models.entries()) {
    for (const b of models.slice(place + 1)) {
      for (const stored of a.conditions.slice(0, testedConditions)) {
        const { condition, parts } = stored
        const other = b.conditions.find((candidate) => candidate.condition.key === condition.key)
        const [left, right] = [a.variantOf(stored), other ? b.variantOf(other) : null]
        if (left === null || right === null) continue
        // A transform may depend on the model's preprocessing: the other model then has another stored
        // condition under the same key.
        const count = discordance(db, stored.source)
        const found = parts.map((part, at) =>
          count(
            { variantId: left, ...part },
            { variantId: right, conditionId: other?.parts[at]?.conditionId ?? null },
          ),
        )
        const n = sum(found.map((counts) => counts.n))
        const onlyA = sum(found.map((counts) => counts.onlyA))
        const onlyB = sum(found.map((counts) => counts.onlyB))
        if (n > 0)
          tests.push({ key: condition.key, a: a.id, b: b.id, onlyA, onlyB, n, p: mcnemar(onlyA, onlyB) })
        await nextTurn()
      }
    }
  }
  return tests
}
