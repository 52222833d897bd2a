import { z } from 'zod'

/** More than the L2 norm of any change of an image of 2,000 pixels a side. */
export const largestNorm = 5000

/**
 * An attack on an image, as canonical data. The adversarial image depends only on this, the image, its true class and
 * the model. Attacks are meant to make the answer wrong, whatever it becomes. Sizes are in [0,1] pixel units; results are
 * clipped to [0,1].
 */
export const attack = z.object({
  op: z.literal('attack'),
  /** sign: a random sign per value, without a gradient. It is the baseline for every attack. */
  kind: z.enum([
    'fgsm',
    'pgd',
    'mifgsm',
    'taig-s',
    'taig-r',
    'sign',
    'apgd-ce',
    'apgd-dlr',
    'apgd-t',
    'square',
    'cw',
  ]),
  /** Largest norm of the change. */
  epsilon: z.number().min(0).max(largestNorm),
  /** The norm that epsilon bounds; left out: L-infinity. */
  norm: z.literal('l2').optional(),
  /**
   * Step size in [0,1] units; ignored by fgsm, sign and apgd. Of square: the share of the pixels that its first squares have. Of
   * cw: the learning rate.
   */
  alpha: z.number().min(0).max(largestNorm),
  /** Steps; of square: queries after the first; of cw: steps for each weight of the loss. */
  steps: z.int().min(1),
  /** Of apgd-t: classes that are aimed at, the likeliest first. */
  targets: z.int().min(1).optional(),
  /** Of cw: weights of the loss that are tried. */
  searches: z.int().min(1).optional(),
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

/**
 * Whether an attack looks at each of its images, leaves those alone that are wrong already, and is done with an image that it made
 * wrong.
 */
export const stopsWhenWrong = ({ kind }: Pick<Attack, 'kind'>): boolean =>
  ['apgd-ce', 'apgd-dlr', 'apgd-t', 'square', 'cw'].includes(kind)

/** Whether the first gradient of an attack's trajectory is that of the cross entropy at the image itself. */
export const startsAtImage = ({ kind, randomStart }: Pick<Attack, 'kind' | 'randomStart'>): boolean =>
  kind === 'fgsm' || ((kind === 'pgd' || kind === 'mifgsm') && !randomStart)
