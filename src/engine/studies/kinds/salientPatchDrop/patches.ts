import { regrid } from '#shared/saliency.ts'
import type { StudyImage } from '../../../facts/index.ts'

/** Rows and columns. */
export type PatchGrid = [number, number]

/** Computes the saliency of the patches of images. What it needs is opened at the first images. */
export interface PatchWeights {
  /** The weights of the patches [rows * columns] by example id. Images that could not be read are left out. */
  of(images: StudyImage[]): Promise<Map<number, Float64Array>>
  /**
   * Called when no image had any weights.
   *
   * @throws FILE_MISSING where that is an error
   */
  refuse(): void
  close(): Promise<void>
}

/** Sums |values| [height, width, 3] over channels, in the cells of another grid. */
export function pixelWeights(values: ArrayLike<number>, size: PatchGrid, grid: PatchGrid): Float64Array {
  const pixels = Float64Array.from(
    { length: size[0] * size[1] },
    (_, i) =>
      Math.abs(values[3 * i] ?? 0) + Math.abs(values[3 * i + 1] ?? 0) + Math.abs(values[3 * i + 2] ?? 0),
  )
  return regrid(pixels, size, grid)
}
