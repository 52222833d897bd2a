import { noRewrite } from '#shared/rewrites.ts'
import { amongImages, countsOfImages, currentVariants, settingOf, sourceKey } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyPlan } from '../store/plan.ts'

/**
 * Of each image: how many pairs of a model and a condition are measured, and how many the study plans. A condition that
 * is about other images is not planned for an image.
 */
export function measuredOf(
  db: Db,
  { models }: Pick<StudyPlan, 'models'>,
  imageIds: readonly number[],
): Map<number, { n: number; of: number }> {
  const planned = new Map(imageIds.map((id) => [id, 0]))
  if (imageIds.length === 0) return new Map()
  const known = new Map<string, number[]>()
  const ranges = models.flatMap(({ model, conditions }) => {
    const variants = currentVariants(db, model)
    return conditions.flatMap((stored) => {
      const key = sourceKey(stored.source)
      const own = known.get(key) ?? amongImages(db, stored.source, imageIds)
      known.set(key, own)
      for (const id of own) planned.set(id, (planned.get(id) ?? 0) + 1)
      const variantId = variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null
      return stored.parts.flatMap(({ conditionId, from, to }) =>
        variantId === null || conditionId === null ? [] : [{ variantId, conditionId, from, to }],
      )
    })
  })
  const counts = countsOfImages(db, imageIds, ranges)
  return new Map([...planned].map(([id, of]) => [id, { n: counts.get(id) ?? 0, of }]))
}
