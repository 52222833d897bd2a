import type { Transform } from '#shared/transforms/index.ts'

/** The transform of images as they are. */
export const unchanged = (): Transform => ({ op: 'identity' })
