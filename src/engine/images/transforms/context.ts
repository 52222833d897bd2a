import type { Draws } from '#shared/transforms/index.ts'
import type { Picture } from '../picture.ts'

/** Inputs of a transform other than the pixels and its parameters. */
export interface TransformContext {
  /** Digest of the image's file. It is part of the key of every random draw. */
  imageKey: string
  /** The draws file whose digest the transform names. */
  draws?: Draws | undefined
  /** The pictures that the transform names by digest, in its order. */
  pictures?: readonly Picture[] | undefined
  /**
   * The resized picture before its centre crop, for transforms that move pixels from outside the crop into it. Without it
   * the outside is black.
   */
  whole?: (() => Picture) | undefined
}
