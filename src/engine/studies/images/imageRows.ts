import type { StudyImageRow } from '#shared/contract/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { locateImage } from '../../datasets/index.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import { currentVariants, predictionFinder, settingOf } from '../../facts/index.ts'

/** How one image fares under every condition of a study, model by model; conditions it was not measured under are left out. */
export function studyImageRows(db: Db, studyId: number, imageId: number): StudyImageRow[] {
  const { subjectId } = locateImage(db, imageId)
  if (subjectId === null) return []
  const predictionOf = predictionFinder(db)
  return planStudy(db, studyId).models.flatMap(({ model, conditions }) => {
    const variants = currentVariants(db, model)
    const unchanged = variants(noRewrite)?.id
    return conditions.flatMap((stored): StudyImageRow[] => {
      const { condition, parts } = stored
      const part = parts.find(({ from, to }) => imageId >= from && imageId <= to)
      const variantId = variants(condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null
      const conditionId = part?.conditionId ?? null
      const found = predictionOf({ variantId, conditionId }, subjectId)
      if (conditionId === null || !found) return []
      const { correct, predicted, confidence, trueProbability, trueRank } = found
      const { key, params } = condition
      return [
        {
          correct,
          predicted,
          confidence,
          trueProbability: trueProbability ?? 0,
          trueRank: trueRank ?? 0,
          modelId: model.id,
          key,
          params,
          conditionId,
          asItIs: variantId === unchanged,
          label: model.labels[predicted] ?? `class ${predicted}`,
        },
      ]
    })
  })
}
