import type { Draws } from '#shared/transforms/index.ts'
import type { MaskedExample } from './maskFile.ts'

/** Reads the masks that conditions apply, image by image. */
export interface DrawsReader {
  /** A draws file with the masks of this image, of one level or of all. */
  of(image: MaskedExample, level?: string): Draws
  close(): void
}
