import type { StudyRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import { currentVariants, measuredImages, type PlannedCondition, settingOf } from '../../facts/index.ts'

export interface StudyCell {
  stored: PlannedCondition
  /** null before the condition was measured. */
  variantId: number | null
  baseline: PlannedCondition
  baselineVariantId: number | null
}

/**
 * Finds one cell of a study and the cell it is compared with.
 *
 * @throws MODEL_NOT_FOUND where the model is not one of the study
 * @throws STUDY_PARAMS where the study has no such condition
 */
export function cellOf(db: Db, studyId: number, modelId: number, key: string): StudyCell {
  const { models } = planStudy(db, studyId)
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
  const variantOf = (cell: PlannedCondition) =>
    variants(cell.condition.rewrite ?? noRewrite, settingOf(cell))?.id ?? null
  return { stored, variantId: variantOf(stored), baseline, baselineVariantId: variantOf(baseline) }
}

/**
 * Reads the facts of one cell in order of image id: at most `limit`, after the image `after`.
 *
 * @throws MODEL_NOT_FOUND, STUDY_PARAMS as `cellOf`
 */
export function studyRows(
  db: Db,
  studyId: number,
  modelId: number,
  key: string,
  after: number | null,
  limit: number,
): { rows: StudyRow[]; next: number | null } {
  const { variantId, stored } = cellOf(db, studyId, modelId, key)
  const rows: StudyRow[] = []
  for (const part of stored.parts) {
    if (rows.length > limit) break
    const left = limit + 1 - rows.length
    const found = measuredImages(db, stored.source, { variantId, ...part }, after, left)
    for (const { imageId, name, classIndex, prediction } of found) {
      const { correct, predicted, confidence, trueProbability, trueRank } = prediction
      rows.push({
        imageId,
        image: name,
        trueClass: classIndex,
        correct,
        predicted,
        confidence,
        trueProbability: trueProbability ?? 0,
        trueRank: trueRank ?? 0,
      })
    }
  }
  const next = rows.length > limit ? (rows[limit - 1]?.imageId ?? null) : null
  return { rows: rows.slice(0, limit), next }
}
