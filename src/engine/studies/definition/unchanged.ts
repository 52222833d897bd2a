import type { PixelTransform } from '#shared/transforms/index.ts'

/** The transform of images as they are. */
export const unchanged = (): PixelTransform => ({ op: 'identity' })
