import { areasOfRings } from '#shared/maths/receptiveField.ts'
import type { StoredModel } from '../../../models/index.ts'
import { countedIn, fieldImages, ringsRewrite, storedField } from './measure.ts'
import type { ReceptiveFieldParams } from './params.ts'
import { measured, examplesOf } from '../../../facts/index.ts'
import type { PointImages, ViewContext } from '../../definition/index.ts'

/** The shares of the contributions that the curve has points at. */
export const shares = Array.from({ length: 99 }, (_, i) => (i + 1) / 100)

export const pointKey = (share: number): string => `share=${share}`

const meaning =
  'Each image with the area that holds this share of its own contributions. The point is the area of the contributions averaged over the images, not the mean of these areas.'

const lacking = (images: number) =>
  `${images === 1 ? '1 image has no value of its own' : `${images} images have no values of their own`} yet: run the study again.`

/** Finds the images behind a share of the contributions, each with its own area, from 0 to 1. */
export async function areaPoint(
  key: string,
  chosen: ReceptiveFieldParams,
  model: StoredModel,
  { workspace: { db }, source }: ViewContext,
): Promise<PointImages | null> {
  const share = shares.find((one) => pointKey(one) === key)
  const images = await fieldImages(db, source, chosen)
  const field = storedField(db, images, model, chosen)
  if (share === undefined || !field) return null
  const rings = measured(db, model, ringsRewrite(chosen)).vectors(examplesOf(images))
  const counted = countedIn(field, images)
  const without = counted.filter(({ exampleId }) => !rings.has(exampleId)).length
  const areaOf = (own: Float64Array | undefined) =>
    own ? (areasOfRings(own, model.preprocessing.size, { thresholds: [share] })[0]?.ratio ?? null) : null
  return {
    title: `Area of ${Math.round(100 * share)} % of the contributions`,
    unit: 'percent',
    note: [meaning, ...(without ? [lacking(without)] : [])].join(' '),
    images: counted.map(({ id, exampleId }) => ({ id, value: areaOf(rings.get(exampleId)) })),
  }
}
