import { createHash } from 'node:crypto'
import { canonicalPixelTransform, type PixelTransform } from '#shared/transforms/index.ts'

/** SHA-256 of the transform's canonical JSON, hex. */
export function transformDigest(transform: PixelTransform): string {
  return createHash('sha256').update(canonicalPixelTransform(transform)).digest('hex')
}
