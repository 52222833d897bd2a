import type { Draws, Transform } from '#shared/transforms/index.ts'
import type { Picture } from '../picture.ts'
import { applyIdentity } from './identity.ts'
import { applyPatchDrop } from './patchDrop.ts'

/** What a transform may know besides pixels and its own parameters. */
export interface TransformContext {
  /** Digest of the image's file: part of the key of every random draw. */
  imageKey: string
  /** The draws file whose digest the transform names. */
  draws?: Draws | undefined
}

/**
 * The picture under the transform, of the same size. The given pixels are never written to; they may be returned as they
 * are where the transform changes nothing. Throws DRAWS_MALFORMED where a draws file does not fit.
 */
export function applyTransform(picture: Picture, transform: Transform, context: TransformContext): Picture {
  switch (transform.op) {
    case 'identity':
      return applyIdentity(picture)
    case 'patchDrop':
      return applyPatchDrop(picture, transform, context)
  }
}
