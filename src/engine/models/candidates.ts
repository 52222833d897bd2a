import type { Preprocessing } from '#shared/contract/index.ts'
import { allStatistics, statisticsOf, valuesOf } from '#shared/statistics.ts'

/** The name of the mean and std of a preprocessing. */
export const statisticsTitle = (preprocessing: Preprocessing): string =>
  statisticsOf(preprocessing)?.title ?? 'other statistics'

const interpolations = ['bilinear', 'bicubic'] as const

/** Lengths of the shorter side over that of the crop, as 256 over 224 and 248 over 224 are. */
const crops = [0.875, 0.9, 1] as const

/**
 * Candidates that differ in mean and std alone: the model's own, those of ImageNet, CIFAR and CLIP, 0.5, and none on
 * both scales.
 *
 * @param own the model's preprocessing, whose resize and crop all have
 */
export const statisticsCandidates = (own: Preprocessing): Preprocessing[] => [
  own,
  ...allStatistics.map((one) => ({ ...own, ...valuesOf(one) })),
]

/**
 * Candidates that differ in resize, crop and interpolation alone. Images of the input's size are also shown as they are.
 *
 * @param best the preprocessing whose mean and std all have
 * @param sameSize whether all images have the size of the input
 */
export function geometryCandidates(best: Preprocessing, sameSize: boolean): Preprocessing[] {
  const { size } = best
  const made: Preprocessing[] = sameSize ? [{ ...best, resize: 'none', resizeTo: null }] : []
  for (const interpolation of interpolations) {
    // For images of the input's size this is the same as no resize.
    if (!sameSize) made.push({ ...best, resize: 'squash', resizeTo: null, interpolation })
    for (const ratio of sameSize ? crops.slice(0, 2) : crops)
      made.push({
        ...best,
        resize: 'shorter',
        resizeTo: Math.floor(Math.min(...size) / ratio),
        interpolation,
      })
  }
  return made
}
