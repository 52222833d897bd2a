import type { PixelTransform } from '#shared/transforms/index.ts'
import type { Picture } from '../picture.ts'
import { applyBandNoise } from './bandNoise.ts'
import { applyCorruption } from './corruptions/index.ts'
import { applyIdentity } from './identity.ts'
import { applyPatchDrop } from './patchDrop.ts'
import { applyPerturbation } from './perturbations/index.ts'
import type { TransformContext } from './context.ts'

/**
 * Transforms a picture; the result has the same size. The given pixels are never written to, but may be returned where the
 * transform changes nothing.
 *
 * @throws DRAWS_MALFORMED where the draws file does not fit the transform
 */
export async function applyTransform(
  picture: Picture,
  transform: PixelTransform,
  context: TransformContext,
): Promise<Picture> {
  switch (transform.op) {
    case 'identity':
      return applyIdentity(picture)
    case 'patchDrop':
      return applyPatchDrop(picture, transform, context)
    case 'bandNoise':
      return applyBandNoise(picture, transform, context.imageKey)
    case 'corruption':
      return applyCorruption(picture, transform, context)
    case 'perturbation':
      return applyPerturbation(
        { crop: picture, whole: context.whole ?? (() => picture) },
        transform,
        context.imageKey,
      )
    case 'pipeline': {
      let made = picture
      for (const [at, step] of transform.steps.entries())
        made = await applyTransform(made, step, at === 0 ? context : { ...context, whole: undefined })
      return made
    }
  }
}
