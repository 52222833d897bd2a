import type { StudyRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import {
  currentVariants,
  imagesOf,
  type ImageSource,
  settingOf,
  type SqlValue,
  type StoredCondition,
} from '../../facts/index.ts'

export interface Cell {
  source: ImageSource
  stored: StoredCondition
  variantId: number
  baseline: StoredCondition
  baselineVariantId: number
}

/** One cell of a study, and the one it is compared with. */
export function cellOf(db: Db, studyId: number, modelId: number, key: string): Cell {
  const { models } = planStudy(db, studyId, false)
  const planned = models.find(({ model }) => model.id === modelId)
  if (!planned) throw new KernelscopeError('MODEL_NOT_FOUND', `the study has no model with id ${modelId}`)
  const { model, conditions } = planned
  const stored = conditions.find(({ condition }) => condition.key === key)
  const [baseline] = conditions
  if (!stored || !baseline)
    throw new KernelscopeError('STUDY_PARAMS', `the study has no condition ${key}`, {
      hint: `There are ${conditions.map(({ condition }) => condition.key).join(' ')}`,
    })
  const variants = currentVariants(db, model)
  const variantOf = (cell: StoredCondition) =>
    variants(cell.condition.rewrite ?? noRewrite, settingOf(cell))?.id ?? -1
  return {
    source: stored.source,
    stored,
    variantId: variantOf(stored),
    baseline,
    baselineVariantId: variantOf(baseline),
  }
}

/** The facts behind one cell, in order of image id. */
export function studyRows(
  db: Db,
  studyId: number,
  modelId: number,
  key: string,
  after: number | null,
  limit: number,
): { rows: StudyRow[]; next: number | null } {
  const { source, variantId, stored } = cellOf(db, studyId, modelId, key)
  const { sql, values } = imagesOf(source)
  const rows: StudyRow[] = []
  for (const { conditionId, from, to } of stored.parts) {
    if (rows.length > limit) break
    const found = db
      .prepare<SqlValue[], Omit<StudyRow, 'correct'> & { correct: number | null }>(
        `SELECT i.id AS imageId, i.name AS image, i.class_idx AS trueClass, p.correct, p.predicted, p.confidence,
           coalesce(p.true_probability, 0) AS trueProbability, coalesce(p.true_rank, 0) AS trueRank
         FROM ${sql.replace(' WHERE ', ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ')}
         AND i.id BETWEEN ? AND ? AND i.id > ? ORDER BY i.id LIMIT ?`,
      )
      .all(variantId, conditionId, ...values, from, to, after ?? 0, limit + 1 - rows.length)
    rows.push(...found.map((row) => ({ ...row, correct: row.correct === null ? null : row.correct === 1 })))
  }
  const next = rows.length > limit ? (rows[limit - 1]?.imageId ?? null) : null
  return { rows: rows.slice(0, limit), next }
}
