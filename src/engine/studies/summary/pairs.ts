import { testedConditions, type PairedTest, type StudyCondition } from '#shared/contract/index.ts'
import { mcnemar } from '#shared/maths/mcnemar.ts'
import type { Db } from '../../workspace/index.ts'
import { imagesOf, type SqlValue, withFacts } from '../../facts/index.ts'
import type { GridModel, PairCounts } from '../definition/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

const noPairs: PairCounts = { both: 0, first: 0, second: 0, neither: 0 }

/** The images of a cell under the first condition of its model and under its own; null before both were measured. */
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
  const { sql, values } = imagesOf(stored.source)
  const count = db.prepare<SqlValue[], PairCounts>(
    `SELECT coalesce(sum(b.correct = 1 AND p.correct = 1), 0) AS both, coalesce(sum(b.correct = 1 AND p.correct = 0), 0) AS first,
       coalesce(sum(b.correct = 0 AND p.correct = 1), 0) AS second, coalesce(sum(b.correct = 0 AND p.correct = 0), 0) AS neither
     FROM ${withFacts(sql, 'prediction').replace(' WHERE ', ' JOIN prediction b ON b.variant_id = ? AND b.condition_id = ? AND b.subject_id = i.subject_id WHERE ')}
     AND i.id BETWEEN ? AND ?`,
  )
  return stored.parts.reduce((total, { conditionId, from, to }) => {
    const range = [clean, baseline?.parts[0]?.conditionId ?? -1, ...values, from, to]
    const { both, first, second, neither } = count.get(variantId, conditionId, ...range) ?? noPairs
    return {
      both: total.both + both,
      first: total.first + first,
      second: total.second + second,
      neither: total.neither + neither,
    }
  }, noPairs)
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)

/** McNemar's exact test for each pair of models under each condition they share, on the images both have facts for. */
export async function pairedTests(db: Db, models: GridModel[]): Promise<PairedTest[]> {
  const counting = (sql: string) =>
    db.prepare<SqlValue[], { n: number; onlyA: number; onlyB: number }>(
      `SELECT count(*) AS n, coalesce(sum(p.correct > q.correct), 0) AS onlyA, coalesce(sum(q.correct > p.correct), 0) AS onlyB
     FROM ${withFacts(sql, 'prediction').replace(' WHERE ', ' JOIN prediction q ON q.variant_id = ? AND q.condition_id = ? AND q.subject_id = p.subject_id WHERE ')}
     AND p.correct IS NOT NULL AND q.correct IS NOT NULL AND i.id BETWEEN ? AND ?`,
    )
  const tests: PairedTest[] = []
  for (const [place, a] of models.entries()) {
    for (const b of models.slice(place + 1)) {
      for (const stored of a.conditions.slice(0, testedConditions)) {
        const { condition, parts } = stored
        const other = b.conditions.find((candidate) => candidate.condition.key === condition.key)
        const { sql, values } = imagesOf(stored.source)
        const count = counting(sql)
        const [left, right] = [a.variantOf(stored), other ? b.variantOf(other) : null]
        if (left === null || right === null) continue
        // A stimulus may depend on the model's recipe: the same key is then another stored condition of the other model.
        const found = parts.map(({ conditionId, from, to }, part) =>
          count.get(left, conditionId, right, other?.parts[part]?.conditionId ?? -1, ...values, from, to),
        )
        const n = sum(found.map((counts) => counts?.n ?? 0))
        const onlyA = sum(found.map((counts) => counts?.onlyA ?? 0))
        const onlyB = sum(found.map((counts) => counts?.onlyB ?? 0))
        if (n > 0)
          tests.push({ key: condition.key, a: a.id, b: b.id, onlyA, onlyB, n, p: mcnemar(onlyA, onlyB) })
        await nextTurn()
      }
    }
  }
  return tests
}
