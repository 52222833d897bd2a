import type { PreprocessingChange } from '#shared/contract/index.ts'
import { statistics, valuesOf } from '#shared/statistics.ts'

/**
 * How the published scripts of section 4 prepare images: the shorter side to 256 for a crop of 224, and ImageNet's mean
 * and std for every model, also for ViT, whose weights expect 0.5. Scripts differ in the interpolation.
 */
export const publishedWith = (interpolation: 'bilinear' | 'bicubic'): PreprocessingChange => ({
  name: 'as published',
  resize: 'shorter',
  crop: 0.875,
  interpolation,
  ...valuesOf(statistics.imagenet),
})
