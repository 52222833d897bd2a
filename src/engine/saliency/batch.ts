import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { ImageFile, LookedAt, MapRoom } from './room.ts'

/**
 * At most `batch` images as float32 [batch, H, W, 3] in [0,1]; places beyond them, and of images that cannot be read,
 * stay black. One problem or null for each image.
 */
export async function loadBatch(
  { pool }: Pick<MapRoom, 'pool'>,
  { preprocessing }: LookedAt,
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
        // What has no code of ours is a fault, not a property of the image.
        if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
        return error.toShape()
      }
    }),
  )
  return { floats: new Float32Array(shared), problems }
}
