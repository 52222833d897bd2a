import type { StudyImageRow } from '#shared/contract/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { locateImage } from '../../datasets/index.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import { currentVariants, settingOf } from '../../facts/index.ts'
import { wordsOf } from '../definition/index.ts'

interface Row {
  correct: number | null
  predicted: number
  confidence: number
  trueProbability: number
  trueRank: number
}

/** How one image fares under every condition of a study, model by model; conditions it was not measured under are left out. */
export function studyImageRows(
  db: Db,
  studyId: number,
  imageId: number,
): { rows: StudyImageRow[]; axis: string | null } {
  const { subjectId } = locateImage(db, imageId)
  const { definition, study, models } = planStudy(db, studyId, false)
  const axis = definition.axis?.title ?? null
  if (subjectId === null) return { rows: [], axis }
  const select = db.prepare<[number, number, number], Row>(
    `SELECT correct, predicted, confidence, coalesce(true_probability, 0) AS trueProbability, coalesce(true_rank, 0) AS trueRank
     FROM prediction WHERE variant_id = ? AND condition_id = ? AND subject_id = ?`,
  )
  const rows = models.flatMap(({ model, conditions }) => {
    const variants = currentVariants(db, model)
    const unchanged = variants(noRewrite)?.id
    return conditions.flatMap((stored) => {
      const { condition, parts } = stored
      const part = parts.find(({ from, to }) => imageId >= from && imageId <= to)
      const variant = variants(condition.rewrite ?? noRewrite, settingOf(stored))
      const row = part && variant ? select.get(variant.id, part.conditionId, subjectId) : undefined
      if (!part || !row) return []
      const { key, params } = condition
      const label = model.labels[row.predicted] ?? `class ${row.predicted}`
      return [
        {
          ...row,
          correct: row.correct === null ? null : row.correct === 1,
          modelId: model.id,
          key,
          params,
          conditionId: part.conditionId,
          ...wordsOf(definition, study.params, condition),
          unchangedModel: variant?.id === unchanged,
          label,
        },
      ]
    })
  })
  return { rows, axis }
}
