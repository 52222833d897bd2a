import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { inCalls, type Calls } from '../inference/index.ts'
import { checkWanted, type ImageFile, type MapContext, type Progress } from './context.ts'
import { gradientCallSize, type InspectedModel } from './inspectedModel.ts'

/**
 * Loads images as float32 [batch, H, W, 3] in [0,1]. Rows without an image, and rows of images that cannot be read, are 0.
 *
 * @param images at most `batch`
 * @returns the rows, and for each image its problem or null
 * @throws CANCELLED where the image pool is closed
 */
export async function loadBatch(
  { pool }: Pick<MapContext, 'pool'>,
  { preprocessing }: InspectedModel,
  images: readonly ImageFile[],
  batch: number,
): Promise<{ floats: Float32Array; problems: (ErrorShape | null)[] }> {
  const [height, width] = preprocessing.size
  const shared = new SharedArrayBuffer(batch * height * width * 3 * 4)
  const problems = await Promise.all(
    images.map(async ({ path, digest }, slot) => {
      const transforms = [{ transform: { op: 'identity' } as const, slot }]
      try {
        await pool.load({ path, imageKey: digest, preprocessing, transforms, pixels: 'float32' }, shared)
        return null
      } catch (error) {
        // An error without a code is a fault of the program, not a property of the image.
        if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
        return error.toShape()
      }
    }),
  )
  return { floats: new Float32Array(shared), problems }
}

/**
 * Computes gradients of images, in order, in calls that fit in memory. Yields progress before each call.
 *
 * @throws CANCELLED where `context.signal` is aborted
 */
export async function* gradientCalls<T extends ImageFile>(
  context: Pick<MapContext, 'signal'>,
  model: InspectedModel,
  images: readonly T[],
  note: string,
  calls: Pick<Calls<T>, 'call' | 'giveUp'>,
): AsyncGenerator<Progress, void, undefined> {
  const size = gradientCallSize(model)
  for (let at = 0; at < images.length;) {
    yield { type: 'progress', done: at, total: images.length, unit: 'images', note }
    checkWanted(context)
    const some = images.slice(at, at + size.most)
    at += some.length
    await inCalls(size, some, { ...calls, ended: () => context.signal.aborted })
  }
}
