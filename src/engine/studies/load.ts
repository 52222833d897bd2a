import { toErrorShape, type ErrorShape } from '#shared/errors.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import type { ImagePool } from '../images/index.ts'
import type { StudyImage } from './images.ts'

/** Images as a model sees them: uint8 [batch, height, width, 3], one slot each from 0; a problem where one failed. */
export interface LoadedImages {
  pixels: SharedArrayBuffer
  problems: (ErrorShape | null)[]
}

/** Loads at most `batch` untransformed images; slots beyond them stay black. */
export async function loadImages(
  pool: ImagePool,
  images: StudyImage[],
  preprocessing: Preprocessing,
  batch: number,
): Promise<LoadedImages> {
  const [height, width] = preprocessing.size
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const problems = await Promise.all(
    images.map(async ({ path, digest }, slot) => {
      try {
        await pool.load(
          { path, imageKey: digest, preprocessing, transforms: [{ transform: { op: 'identity' }, slot }] },
          pixels,
        )
        return null
      } catch (error) {
        return toErrorShape(error)
      }
    }),
  )
  return { pixels, problems }
}
