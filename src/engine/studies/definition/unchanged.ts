import type { PixelTransform } from '#shared/transforms/index.ts'

/** The transform that leaves images unchanged. */
export const unchanged = (): PixelTransform => ({ op: 'identity' })
