import { regrid } from '#shared/saliency.ts'
import { usableModel } from '../../../models/index.ts'
import type { MeasureRoom } from '../../definition/definition.ts'
import { attentionWeights } from './attentionWeights.ts'
import { folderWeights } from './folderWeights.ts'
import { gradientWeights } from './gradientWeights.ts'
import type { SalientParams } from './index.ts'
import type { StudyImage } from '../../../facts/index.ts'

/** Rows and columns. */
export type Grid = [number, number]

/** Says how heavy the patches of images are; what it needs is opened when it is first asked. */
export interface Weights {
  /** Weights of the patches [rows * columns] by subject; images that could not be read are left out. */
  of(images: StudyImage[]): Promise<Map<number, Float64Array>>
  /** Called when no image had any: throws where that is an error. */
  refuse(): void
  close(): Promise<void>
}

export async function openWeights(room: MeasureRoom, chosen: SalientParams, grid: Grid): Promise<Weights> {
  if (chosen.source === 'masks') return folderWeights(room, chosen.masks ?? '', grid)
  const model = usableModel(room.workspace.db, chosen.model ?? 0)
  return chosen.source === 'attention'
    ? attentionWeights({ ...room, model }, chosen, grid)
    : gradientWeights({ ...room, model }, grid)
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
