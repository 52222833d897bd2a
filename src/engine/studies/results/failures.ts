import { errorShape, type StudyFailure } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'
import { imagesOf, type SqlValue } from '../../facts/index.ts'
import type { GridModel } from '../definition/index.ts'

const shown = 10

/** Why images of a study could not be measured, by model and kind of error, most frequent first. */
export function readFailures(db: Db, models: GridModel[]): StudyFailure[] {
  const found = new Map<string, StudyFailure>()
  for (const model of models) {
    for (const stored of model.conditions) {
      const variantId = model.variantOf(stored)
      if (variantId === null) continue
      const { sql, values } = imagesOf(stored.source)
      const select = db.prepare<SqlValue[], { imageId: number; problem: string }>(
        `SELECT i.id AS imageId, f.problem FROM ${sql.replace(
          ' WHERE ',
          ' JOIN failure f ON f.variant_id = ? AND f.condition_id = ? AND f.subject_id = i.subject_id WHERE ',
        )} AND i.id BETWEEN ? AND ? ORDER BY i.id`,
      )
      for (const { conditionId, from, to } of stored.parts) {
        for (const { imageId, problem } of select.iterate(variantId, conditionId, ...values, from, to))
          count(found, model.id, imageId, problem)
      }
    }
  }
  return [...found.values()].sort((a, b) => b.n - a.n)
}

function count(found: Map<string, StudyFailure>, modelId: number, imageId: number, problem: string): void {
  const { code, message, hint } = errorShape.parse(JSON.parse(problem))
  const key = `${modelId} ${code}`
  const entry = found.get(key) ?? { modelId, code, message, hint, n: 0, imageIds: [] }
  entry.n++
  if (entry.imageIds.length < shown && !entry.imageIds.includes(imageId)) entry.imageIds.push(imageId)
  found.set(key, entry)
}
