import type { ImageRow, StudyRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { imageRows } from '../datasets/index.ts'
import { currentVariants } from '../models/index.ts'
import type { Db } from '../workspace/index.ts'
import { settingOf, type StoredCondition } from './conditions.ts'
import { imagesOf, type ImageSource, type SqlValue } from './images.ts'
import { planStudy } from './plan.ts'

interface Cell {
  source: ImageSource
  stored: StoredCondition
  variantId: number
  baseline: StoredCondition
  baselineVariantId: number
}

function cellOf(db: Db, studyId: number, modelId: number, key: string): Cell {
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
      .prepare<SqlValue[], Omit<StudyRow, 'correct'> & { correct: number }>(
        `SELECT i.id AS imageId, i.name AS image, i.class_idx AS trueClass, p.correct, p.predicted, p.confidence,
           coalesce(p.true_probability, 0) AS trueProbability, coalesce(p.true_rank, 0) AS trueRank
         FROM ${sql.replace(' WHERE ', ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ')}
         AND p.correct IS NOT NULL AND i.id BETWEEN ? AND ? AND i.id > ? ORDER BY i.id LIMIT ?`,
      )
      .all(variantId, conditionId, ...values, from, to, after ?? 0, limit + 1 - rows.length)
    rows.push(...found.map((row) => ({ ...row, correct: row.correct === 1 })))
  }
  const next = rows.length > limit ? (rows[limit - 1]?.imageId ?? null) : null
  return { rows: rows.slice(0, limit), next }
}

export type FlipDirection = 'lost' | 'gained' | 'both'

const flipTest: Record<FlipDirection, string> = {
  lost: 'b.correct = 1 AND p.correct = 0',
  gained: 'b.correct = 0 AND p.correct = 1',
  both: 'b.correct <> p.correct',
}

/** Images whose outcome under a cell differs from the baseline (the study's first condition). */
export function studyFlips(
  db: Db,
  studyId: number,
  modelId: number,
  key: string,
  direction: FlipDirection,
  after: number | null,
  limit: number,
): { rows: ImageRow[]; next: number | null; total: number } {
  const { source, variantId, stored, baseline, baselineVariantId } = cellOf(db, studyId, modelId, key)
  const { sql, values } = imagesOf(source)
  const clean = baseline.parts[0]?.conditionId ?? -1
  const ids: number[] = []
  let total = 0
  for (const { conditionId, from, to } of stored.parts) {
    const flips = `FROM ${sql.replace(
      ' WHERE ',
      ` JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id
        JOIN prediction b ON b.variant_id = ? AND b.condition_id = ? AND b.subject_id = i.subject_id WHERE `,
    )} AND ${flipTest[direction]} AND i.id BETWEEN ? AND ?`
    const bound = [variantId, conditionId, baselineVariantId, clean, ...values, from, to]
    total += Number(
      db
        .prepare(`SELECT count(*) ${flips}`)
        .pluck()
        .get(...bound),
    )
    if (ids.length > limit) continue
    ids.push(
      ...db
        .prepare<SqlValue[], number>(`SELECT i.id ${flips} AND i.id > ? ORDER BY i.id LIMIT ?`)
        .pluck()
        .all(...bound, after ?? 0, limit + 1 - ids.length),
    )
  }
  const next = ids.length > limit ? (ids[limit - 1] ?? null) : null
  return { rows: imageRows(db, ids.slice(0, limit)), next, total }
}
