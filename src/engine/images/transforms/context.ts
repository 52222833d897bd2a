import type { Draws } from '#shared/transforms/index.ts'
import type { Picture } from '../picture.ts'

/** What a transform may know besides pixels and its own parameters. */
export interface TransformContext {
  /** Digest of the image's file: part of the key of every random draw. */
  imageKey: string
  /** The draws file whose digest the transform names. */
  draws?: Draws | undefined
  /**
   * The resized picture of which the given one is the centre crop, for transforms that let in what lies around the crop.
   * Without it the crop itself is taken, with black around.
   */
  whole?: (() => Picture) | undefined
}
