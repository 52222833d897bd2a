import { outputTitle } from '#shared/classNames.ts'
import type { PlannedImageCondition, StudyImageRow } from '#shared/contract/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { locateImage } from '../../datasets/index.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import {
  amongImages,
  currentVariants,
  type ImageSource,
  predictionFinder,
  settingOf,
  sourceKey,
} from '../../facts/index.ts'
import { wordsOf } from '../definition/index.ts'

/**
 * Reads the predictions of one image under every condition of a study, model by model. `planned` are all conditions
 * that it is to be measured under, in the same order; `rows` those that it was measured under.
 */
export function studyImageRows(
  db: Db,
  studyId: number,
  imageId: number,
): { rows: StudyImageRow[]; planned: PlannedImageCondition[]; axis: string | null } {
  const { exampleId } = locateImage(db, imageId)
  const { definition, study, models } = planStudy(db, studyId)
  const axis = definition.axis?.title(study.params) ?? null
  if (exampleId === null) return { rows: [], planned: [], axis }
  const predictionOf = predictionFinder(db)
  const holds = new Map<string, boolean>()
  const isOf = (source: ImageSource) => {
    const key = sourceKey(source)
    const known = holds.get(key) ?? amongImages(db, source, [imageId]).length > 0
    holds.set(key, known)
    return known
  }
  const planned: PlannedImageCondition[] = []
  const rows = models.flatMap(({ model, conditions, differences }) => {
    const variants = currentVariants(db, model)
    const unchanged = differences.length === 0 ? variants(noRewrite)?.id : null
    return conditions.flatMap((stored): StudyImageRow[] => {
      if (!isOf(stored.source)) return []
      const { condition, parts } = stored
      const { key, params } = condition
      const words = wordsOf(definition, study.params, condition)
      planned.push({ modelId: model.id, key, ...words })
      const part = parts.find(({ from, to }) => imageId >= from && imageId <= to)
      const variantId = variants(condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null
      const conditionId = part?.conditionId ?? null
      const found = predictionOf({ variantId, conditionId }, exampleId)
      if (conditionId === null || !found) return []
      const { correct, predicted, confidence, trueProbability, trueRank } = found
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
          ...words,
          unchangedModel: variantId === unchanged,
          label: outputTitle(model.labels, predicted),
        },
      ]
    })
  })
  return { rows, planned, axis }
}
