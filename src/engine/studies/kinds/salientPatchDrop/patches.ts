import { regrid } from '#shared/saliency.ts'
import type { StudyImage } from '../../../facts/index.ts'

/** Rows and columns. */
export type Grid = [number, number]

/** Says how heavy the patches of images are; what it needs is opened when it is first asked. */
export interface Weights {
  /** Weights of the patches [rows * columns] by example; images that could not be read are left out. */
  of(images: StudyImage[]): Promise<Map<number, Float64Array>>
  /** Called when no image had any: throws where that is an error. */
  refuse(): void
  close(): Promise<void>
}

/** |values| [height, width, 3] summed over channels, in another grid. */
export function pixelWeights(values: ArrayLike<number>, size: Grid, grid: Grid): Float64Array {
  const pixels = Float64Array.from(
    { length: size[0] * size[1] },
    (_, i) =>
      Math.abs(values[3 * i] ?? 0) + Math.abs(values[3 * i + 1] ?? 0) + Math.abs(values[3 * i + 2] ?? 0),
  )
  return regrid(pixels, size, grid)
}
