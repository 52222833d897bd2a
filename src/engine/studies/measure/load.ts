import { KernelscopeError, toErrorShape, type ErrorCode, type ErrorShape } from '#shared/errors.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import { checkRoot } from '../../datasets/index.ts'
import { imageState, type ImagePool, type LoadRequest } from '../../images/index.ts'
import { prefetch } from './prefetch.ts'
import type { StudyImage } from '../../facts/index.ts'

/** The file of an image of a study. */
export type ImageFile = Pick<StudyImage, 'path' | 'root' | 'digest'>

/** Codes that are a fact about an image. Any other error ends the job. */
const imageProblems: readonly ErrorCode[] = [
  'IMAGE_UNREADABLE',
  'IMAGE_TOO_LARGE',
  'FILE_MISSING',
  'FILE_UNREADABLE',
  'FILE_CHANGED',
  'DRAWS_MALFORMED',
]

/**
 * Loads one image into `target`. Its bytes must have its digest, because a fact must not be stored under the digest of
 * other bytes. Returns the problem of the image, or null.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where not the image alone but its dataset is gone (`checkRoot`)
 * @throws errors that are not about the image
 */
export async function loadImage(
  pool: ImagePool,
  image: ImageFile,
  request: Omit<LoadRequest, 'path' | 'imageKey'>,
  target: SharedArrayBuffer,
): Promise<ErrorShape | null> {
  try {
    // Its pixels may still be in the cache of the pool.
    if (!(await imageState(image.path)))
      throw new KernelscopeError('FILE_MISSING', `the image file is gone: ${image.path}`)
    await pool.load({ path: image.path, imageKey: image.digest, ...request }, target)
    return null
  } catch (error) {
    return imageProblem(error, image)
  }
}

/**
 * Returns the error as a fact about an image.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where its dataset is gone
 * @throws the error itself where it is not about the image
 */
export async function imageProblem(
  error: unknown,
  { path, root }: Pick<ImageFile, 'path' | 'root'>,
): Promise<ErrorShape> {
  if (!(error instanceof KernelscopeError) || !imageProblems.includes(error.code)) throw error
  if (error.code === 'FILE_MISSING' && root !== null) await checkRoot(root, path)
  return toErrorShape(error)
}

/**
 * Images as a model gets them: uint8 [batch, height, width, 3], image i in slot i; a problem where one
 * failed.
 */
export interface LoadedImages {
  pixels: SharedArrayBuffer
  problems: (ErrorShape | null)[]
}

/** Loads at most `batch` untransformed images. The other slots stay black. */
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

/**
 * Loads images as float32 [places, height, width, 3] in [0,1]. A place is black where there is no image or
 * the image cannot be read.
 */
export async function loadFloats(
  { pool, model }: { pool: ImagePool; model: { preprocessing: Preprocessing } },
  images: readonly StudyImage[],
  places: number,
): Promise<{ floats: Float32Array; problems: (ErrorShape | null)[] }> {
  const { pixels, problems } = await loadImages(pool, images, model.preprocessing, places)
  return { floats: unitFloats(new Uint8Array(pixels)), problems }
}

/** One batch: the loaded images and which images they are. */
export interface LoadedBatch extends LoadedImages {
  images: StudyImage[]
}

/** Yields the images batch by batch, as `loadImages`. Loads the next `ahead` batches while one is computed. */
export async function* loadedBatches(
  pool: ImagePool,
  images: StudyImage[],
  preprocessing: Preprocessing,
  batch: number,
  ahead = 1,
): AsyncGenerator<LoadedBatch, void, undefined> {
  async function* load() {
    for (let at = 0; at < images.length; at += batch) {
      const part = images.slice(at, at + batch)
      yield { images: part, ...(await loadImages(pool, part, preprocessing, batch)) }
    }
  }
  yield* prefetch(load(), ahead)
}
