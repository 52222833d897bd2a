import { z } from 'zod'

/**
 * What an attack does to an image, as canonical data: with the image, its true class and the model it is all that the
 * adversarial image depends on. L-infinity, in [0,1] pixel units, untargeted, clipped to [0,1].
 */
export const attack = z.object({
  op: z.literal('attack'),
  /** sign: a random sign per value, no gradient: the baseline every attack must beat. */
  kind: z.enum(['fgsm', 'pgd', 'mifgsm', 'taig-s', 'taig-r', 'sign']),
  epsilon: z.number().min(0).max(1),
  /** Step size in [0,1] units; ignored by fgsm and sign. */
  alpha: z.number().min(0).max(1),
  steps: z.int().min(1),
  /** Start at a uniform random place within epsilon. */
  randomStart: z.boolean(),
  /** Independent starts; the one with the smallest margin of the true class counts. */
  restarts: z.int().min(1),
  seed: z.int(),
  /** Digest of the model whose gradient is used, where it is not the attacked one. */
  surrogate: z.string().nullable(),
  /** Digest of the surrogate's preprocessing and labels, on which the image depends too; left out without one. */
  setup: z.string().optional(),
  /** The adversarial image is rounded to 8 bit before it is shown. */
  rounded: z.boolean(),
})

export type Attack = z.infer<typeof attack>
