import { z } from 'zod'
import { frameCount, noisePerturbations, perturbationNames } from './perturbationNames.ts'

/**
 * One frame of a sequence like those of ImageNet-P, made here, without the video compression of the published files.
 * Geometric perturbations act on the resized image before its crop. Snow and spatter, which move through a sequence,
 * are drawn once for (name, seed, image); noise is drawn for each frame. Lengths scale with the shorter side of the
 * crop / 224.
 */
export const perturbation = z
  .object({
    op: z.literal('perturbation'),
    name: z.enum(perturbationNames),
    frame: z.int().min(0),
    seed: z.int(),
    /** 1 is the standard set. 2 and 3 are harder, and exist for noise sequences only. */
    difficulty: z.int().min(1).max(3).default(1),
  })
  .refine(({ name, frame }) => frame < frameCount(name), { path: ['frame'], message: 'frame past the last' })
  .refine(({ name, difficulty }) => difficulty === 1 || noisePerturbations.includes(name), {
    path: ['difficulty'],
    message: 'only noise sequences have difficulties',
  })

export type Perturbation = z.infer<typeof perturbation>
