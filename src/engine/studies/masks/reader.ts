import type { Draws } from '#shared/transforms/index.ts'
import type { Masked } from './maskFile.ts'

/** Masks that conditions show, image by image. */
export interface DrawsReader {
  /** A draws file that has what there is of this image, of one level or of all. */
  of(image: Masked, level?: string): Draws
  close(): void
}
