import { createHash } from 'node:crypto'
import { canonicalTransform, type Transform } from '#shared/transforms/index.ts'

/** SHA-256 of the transform's canonical JSON, hex. */
export function transformDigest(transform: Transform): string {
  return createHash('sha256').update(canonicalTransform(transform)).digest('hex')
}
