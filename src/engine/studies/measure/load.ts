import { KernelscopeError, toErrorShape, type ErrorCode, type ErrorShape } from '#shared/errors.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import { imageState, type ImagePool, type LoadRequest } from '../../images/index.ts'
import { prefetch } from './prefetch.ts'
import type { StudyImage } from '../../facts/index.ts'

/** What may be wrong with an image; anything else is a fault of ours and ends the job. */
const imageProblems: readonly ErrorCode[] = [
  'IMAGE_UNREADABLE',
  'IMAGE_TOO_LARGE',
  'FILE_MISSING',
  'FILE_UNREADABLE',
  'FILE_CHANGED',
  'DRAWS_MALFORMED',
]

/**
 * Loads one image for the pool's `load`, after a look whether its file is still the one that was indexed: a fact must
 * not be kept under the digest of other bytes. Gives the problem of the image, or null; throws what is none of its.
 */
export async function loadImage(
  pool: ImagePool,
  image: StudyImage,
  request: Omit<LoadRequest, 'path' | 'imageKey'>,
  target: SharedArrayBuffer,
): Promise<ErrorShape | null> {
  try {
    await checkUnchanged(image)
    await pool.load({ path: image.path, imageKey: image.digest, ...request }, target)
    return null
  } catch (error) {
    return imageProblem(error)
  }
}

/** The error as a fact about an image; throws it again where it is none. */
export function imageProblem(error: unknown): ErrorShape {
  if (error instanceof KernelscopeError && imageProblems.includes(error.code)) return toErrorShape(error)
  throw error
}

async function checkUnchanged({ path, bytes, mtime }: StudyImage): Promise<void> {
  const found = await imageState(path)
  if (!found) throw new KernelscopeError('FILE_MISSING', `the image file is gone: ${path}`)
  if (found.bytes === bytes && found.mtime === mtime) return
  throw new KernelscopeError('FILE_CHANGED', `the image file was written to since it was indexed: ${path}`, {
    hint: 'Index the dataset again.',
  })
}

/** Images as a model sees them: uint8 [batch, height, width, 3], one slot each from 0; a problem where one failed. */
export interface LoadedImages {
  pixels: SharedArrayBuffer
  problems: (ErrorShape | null)[]
}

/** Loads at most `batch` untransformed images; slots beyond them stay black. */
export async function loadImages(
  pool: ImagePool,
  images: readonly StudyImage[],
  preprocessing: Preprocessing,
  batch: number,
): Promise<LoadedImages> {
  const [height, width] = preprocessing.size
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const problems = await Promise.all(
    images.map((image, slot) =>
      loadImage(
        pool,
        image,
        { preprocessing, transforms: [{ transform: { op: 'identity' }, slot }] },
        pixels,
      ),
    ),
  )
  return { pixels, problems }
}

export interface LoadedBatch extends LoadedImages {
  images: StudyImage[]
}

/** `loadImages` batch by batch, each while the one before it is computed. */
export async function* loadedBatches(
  pool: ImagePool,
  images: StudyImage[],
  preprocessing: Preprocessing,
  batch: number,
): AsyncGenerator<LoadedBatch, void, undefined> {
  async function* load() {
    for (let at = 0; at < images.length; at += batch) {
      const part = images.slice(at, at + batch)
      yield { images: part, ...(await loadImages(pool, part, preprocessing, batch)) }
    }
  }
  yield* prefetch(load(), 1)
}
