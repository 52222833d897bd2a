import { outputTitle } from '#shared/classNames.ts'
import type { StudyImageRow } from '#shared/contract/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { locateImage } from '../../datasets/index.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import { currentVariants, predictionFinder, settingOf } from '../../facts/index.ts'
import { wordsOf } from '../definition/index.ts'

/**
 * Reads the predictions of one image under every condition of a study, model by model. Conditions it was not
 * measured under are left out.
 */
export function studyImageRows(
  db: Db,
  studyId: number,
  imageId: number,
): { rows: StudyImageRow[]; axis: string | null } {
  const { exampleId } = locateImage(db, imageId)
  const { definition, study, models } = planStudy(db, studyId)
  const axis = definition.axis?.title(study.params) ?? null
  if (exampleId === null) return { rows: [], axis }
  const predictionOf = predictionFinder(db)
  const rows = models.flatMap(({ model, conditions }) => {
    const variants = currentVariants(db, model)
    const unchanged = variants(noRewrite)?.id
    return conditions.flatMap((stored): StudyImageRow[] => {
      const { condition, parts } = stored
      const part = parts.find(({ from, to }) => imageId >= from && imageId <= to)
      const variantId = variants(condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null
      const conditionId = part?.conditionId ?? null
      const found = predictionOf({ variantId, conditionId }, exampleId)
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
          ...wordsOf(definition, study.params, condition),
          unchangedModel: variantId === unchanged,
          label: outputTitle(model.labels, predicted),
        },
      ]
    })
  })
  return { rows, axis }
}
