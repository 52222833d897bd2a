import { z } from 'zod'

/**
 * An attack on an image, as canonical data. The adversarial image depends only on this, the image, its true class and
 * the model. Attacks are untargeted and bounded in the L-infinity norm. Sizes are in [0,1] pixel units; results are
 * clipped to [0,1].
 */
export const attack = z.object({
  op: z.literal('attack'),
  /** sign: a random sign per value, without a gradient. It is the baseline for every attack. */
  kind: z.enum(['fgsm', 'pgd', 'mifgsm', 'taig-s', 'taig-r', 'sign']),
  epsilon: z.number().min(0).max(1),
  /** Step size in [0,1] units; ignored by fgsm and sign. */
  alpha: z.number().min(0).max(1),
  steps: z.int().min(1),
  /** Starts at a uniform random point within epsilon of the image. */
  randomStart: z.boolean(),
  /** Number of independent starts. The result with the smallest margin of the true class is kept. */
  restarts: z.int().min(1),
  seed: z.int(),
  /** Digest of the surrogate model, whose gradient is used; null where the attacked model's own gradient is used. */
  surrogate: z.string().nullable(),
  /** Digest of the surrogate model's preprocessing and labels, on which the image depends too. Left out without one. */
  setup: z.string().optional(),
  /** Whether the adversarial image is rounded to 8 bits before the model gets it. */
  rounded: z.boolean(),
})

export type Attack = z.infer<typeof attack>

/** Whether the first gradient of an attack's trajectory is that of the cross entropy at the image itself. */
export const startsAtImage = ({ kind, randomStart }: Pick<Attack, 'kind' | 'randomStart'>): boolean =>
  kind === 'fgsm' || ((kind === 'pgd' || kind === 'mifgsm') && !randomStart)
