import type { StoredModel } from '../../../models/index.ts'
import { scaleOf, storedCurve } from './curve.ts'
import type { VarianceParams } from './params.ts'
import { batchesOf, varianceImages } from './images.ts'
import { batchMeanRewrite, perImage } from './measure.ts'
import { measured, examplesOf } from '../../../facts/index.ts'
import type { PointImages, ViewContext } from '../../definition/index.ts'

/** The key of a place of a curve, by its index from 0. */
export const pointKey = (index: number): string => `place=${index + 1}`

/** Finds the images behind one place of a curve, each with its variance there on the scale of the curve. */
export async function variancePoint(
  key: string,
  chosen: VarianceParams,
  model: StoredModel,
  { workspace: { db }, source }: ViewContext,
): Promise<PointImages | null> {
  const images = await varianceImages(db, source, chosen)
  const { curve } = storedCurve(db, model, images, chosen)
  const index = curve ? curve.mean.findIndex((_, at) => pointKey(at) === key) : -1
  if (!curve || index < 0) return null
  const point = { title: `Variance at place ${index + 1} of ${curve.mean.length}`, unit: 'none' } as const
  if (chosen.order === 'batch-mean') {
    const left = new Set(
      batchesOf(images, chosen).flatMap((batch) => [
        ...measured(db, model, batchMeanRewrite(batch)).problems(examplesOf(batch)).keys(),
      ]),
    )
    return {
      ...point,
      note: 'The variance of features that were averaged over these images first: none has a value of its own.',
      images: images.filter(({ exampleId }) => !left.has(exampleId)).map(({ id }) => ({ id, value: null })),
    }
  }
  const scale = scaleOf(curve, chosen.normalise)
  const stored = measured(db, model, perImage.rewrite).vectors(examplesOf(images), { start: index, count: 1 })
  return {
    ...point,
    note: chosen.normalise
      ? 'Values are divided by the maximum of the curve, as the point is: it is their mean.'
      : null,
    images: images.flatMap(({ id, exampleId }) => {
      const value = stored.get(exampleId)?.[0]
      return value === undefined ? [] : [{ id, value: value / scale }]
    }),
  }
}
