import type { Sample } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'

/** The options that choose how many images of a dataset are measured. */
export interface SampleFlags {
  perClass?: number
  sample?: number
  sampleSeed: number
}

/**
 * The images that options choose; null where they choose all. Without one of its own, `preset` says how many.
 *
 * @throws USAGE where both numbers are given
 */
export function sampleOf(
  { perClass, sample: images, sampleSeed: seed }: SampleFlags,
  preset: { perClass?: number | undefined; images?: number | undefined } = {},
): Sample | null {
  if (perClass !== undefined && images !== undefined)
    throw new KernelscopeError('USAGE', '--per-class and --sample both say how many images', {
      hint: 'Leave one of them out.',
    })
  if (perClass !== undefined) return { perClass, seed }
  if (images !== undefined) return { images, seed }
  if (preset.perClass !== undefined) return { perClass: preset.perClass, seed }
  return preset.images === undefined ? null : { images: preset.images, seed }
}
