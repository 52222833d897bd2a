import { stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../../datasets/index.ts'
import { pixelWeights, type Grid, type Weights } from './patches.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** Masks read at a time. */
const together = 32

/**
 * Mean brightness of the mask picture of each image, per patch. The mask lies at the image's path below its dataset, as
 * PNG or under the same name.
 */
export function folderWeights(
  { workspace, pool, source, model, job }: MeasureContext,
  folder: string,
  grid: Grid,
): Weights {
  const root = getDataset(workspace.db, source.datasetId).path
  const { preprocessing } = model
  const [height, width] = preprocessing.size
  let missing: string | null = null

  async function read(path: string): Promise<Float64Array | null> {
    const pixels = new SharedArrayBuffer(height * width * 3)
    const transforms = [{ transform: { op: 'identity' } as const, slot: 0 }]
    try {
      // Decoded pictures are kept by their key, and a mask may be written anew under its name.
      const state = await stat(path).catch(() => null)
      const imageKey = `${path} ${state?.size} ${state?.mtimeMs}`
      await pool.load({ path, imageKey, preprocessing, transforms }, pixels)
      return pixelWeights(new Uint8Array(pixels), [height, width], grid)
    } catch (error) {
      if (!(error instanceof KernelscopeError)) throw error
      missing ??= path
      return null
    }
  }

  return {
    async of(images) {
      const found = new Map<number, Float64Array>()
      for (let at = 0; at < images.length && !job.signal.aborted; at += together) {
        const part = images.slice(at, at + together)
        const pictures = await Promise.all(
          part.map(({ path }) => read(join(folder, relative(root, path).replace(/\.[^.]+$/, '.png')))),
        )
        for (const [row, { exampleId }] of part.entries()) {
          const weights = pictures[row]
          if (weights) found.set(exampleId, weights)
        }
      }
      return found
    },
    refuse() {
      throw new KernelscopeError('FILE_MISSING', `no mask was found, e.g. ${missing}`, {
        hint: 'Masks lie in the folder under the names of the images, as PNG.',
      })
    },
    async close() {
      await Promise.resolve()
    },
  }
}
