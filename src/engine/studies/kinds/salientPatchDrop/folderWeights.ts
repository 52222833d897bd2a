import { stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../../datasets/index.ts'
import { pixelWeights, type PatchGrid, type PatchWeights } from './patches.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** Masks read at a time. */
const together = 32

/**
 * Uses the mean brightness of each image's mask picture in a patch as weights. The mask has the image's path
 * below its dataset, with the ending .png.
 */
export function folderWeights(
  { workspace, pool, source, model, job }: MeasureContext,
  folder: string,
  grid: PatchGrid,
): PatchWeights {
  const root = getDataset(workspace.db, source.datasetId).path
  const { preprocessing } = model
  const [height, width] = preprocessing.size
  let missing: string | null = null

  async function read(path: string): Promise<Float64Array | null> {
    const pixels = new SharedArrayBuffer(height * width * 3)
    const transforms = [{ transform: { op: 'identity' } as const, slot: 0 }]
    try {
      // The key of a decoded picture includes the file's state, because a mask may be rewritten under its
      // name.
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
        hint: 'Put the mask of each image under its path in the folder, as PNG.',
      })
    },
    async close() {
      await Promise.resolve()
    },
  }
}
