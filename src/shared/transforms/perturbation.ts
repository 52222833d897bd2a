import { z } from 'zod'

/** The 10 perturbations of ImageNet-P, then the 4 hold-outs. */
export const perturbationNames = [
  'gaussian_noise',
  'shot_noise',
  'motion_blur',
  'zoom_blur',
  'snow',
  'brightness',
  'translate',
  'rotate',
  'tilt',
  'scale',
  'speckle_noise',
  'gaussian_blur',
  'spatter',
  'shear',
] as const

export type PerturbationName = (typeof perturbationNames)[number]

/** Noise sequences compare every frame with frame 0; all others with the frame before. They come in three difficulties. */
export const noisePerturbations: readonly PerturbationName[] = [
  'gaussian_noise',
  'shot_noise',
  'speckle_noise',
]

export const holdOutPerturbations: readonly PerturbationName[] = perturbationNames.slice(10)

/** Frames of a sequence. */
export const frameCount = (name: PerturbationName) => (name === 'translate' ? 41 : 31)

/**
 * One frame of an ImageNet-P sequence, made here, without the video compression of the published files. Geometric ones
 * act on the resized image before its crop. What moves through a sequence (snow, spatter) is drawn once for
 * (name, seed, image); noise is drawn for each frame. Lengths scale with the shorter side of the crop / 224.
 */
export const perturbation = z
  .object({
    op: z.literal('perturbation'),
    name: z.enum(perturbationNames),
    frame: z.int().min(0),
    seed: z.int(),
    /** 1 is the standard set; 2 and 3 are the harder ones, which only the noise sequences have. */
    difficulty: z.int().min(1).max(3).default(1),
  })
  .refine(({ name, frame }) => frame < frameCount(name), { path: ['frame'], message: 'frame past the last' })
  .refine(({ name, difficulty }) => difficulty === 1 || noisePerturbations.includes(name), {
    path: ['difficulty'],
    message: 'only noise sequences have difficulties',
  })

export type Perturbation = z.infer<typeof perturbation>
