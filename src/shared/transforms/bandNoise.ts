import { z } from 'zod'

/**
 * Random noise of one band of spatial frequencies, added in the model's normalised space without clipping (paper 4.4;
 * xxxnell/how-do-vits-work ops/adversarial.py and its issue 44). Pixels become float32.
 */
export const bandNoise = z.object({
  op: z.literal('bandNoise'),
  /**
   * Middle and whole width of the band, in thousandths of π. They are integers so that no radius depends on rounding.
   */
  centre: z.int().min(0).max(1000),
  width: z.int().min(1).max(2000),
  /** In units of the normalised space. */
  epsilon: z.number().min(0),
  /**
   * published: epsilon times a sign (or normal) per value before the band is cut out, so wide bands are stronger.
   * equal: the band is scaled to RMS epsilon.
   */
  energy: z.enum(['published', 'equal']),
  /** square: maximum norm of the frequency, as published; round: Euclidean norm. */
  ring: z.enum(['square', 'round']),
  draw: z.enum(['sign', 'normal']),
  /** Standard deviations of the normalisation. They turn normalised units into [0,1] units. */
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  seed: z.int(),
})

export type BandNoise = z.infer<typeof bandNoise>

/** Inner and outer radius of a band in frequency indices of a side of `size` pixels: floor((f ± s) size / 2π), 0 to size/2. */
export function bandRadii(
  { centre, width }: Pick<BandNoise, 'centre' | 'width'>,
  size: number,
): { inner: number; outer: number } {
  const radius = (doubled: number) =>
    Math.min(Math.floor(size / 2), Math.max(0, Math.floor((doubled * size) / 4000)))
  return { inner: radius(2 * centre - width), outer: radius(2 * centre + width) }
}
