import { z } from 'zod'

/** The 15 corruptions of ImageNet-C in the order of its table, then the 4 hold-outs; names as in the dataset's folders. */
export const corruptionNames = [
  'gaussian_noise',
  'shot_noise',
  'impulse_noise',
  'defocus_blur',
  'glass_blur',
  'motion_blur',
  'zoom_blur',
  'snow',
  'frost',
  'fog',
  'brightness',
  'contrast',
  'elastic_transform',
  'pixelate',
  'jpeg_compression',
  'speckle_noise',
  'gaussian_blur',
  'spatter',
  'saturate',
] as const

/**
 * One of ImageNet-C's corruptions, made here (Hendrycks and Dietterich 2019). At 224 pixels the parameters are the
 * published ones; at other sizes lengths (radii, sigmas, shifts) scale with the shorter side / 224. Random draws belong
 * to (name, severity, seed, image): results are like the published files, never equal to them. Frost uses ice pictures
 * of our own.
 */
export const corruption = z
  .object({
    op: z.literal('corruption'),
    name: z.enum(corruptionNames),
    severity: z.int().min(1).max(5),
    seed: z.int(),
    /** The JPEG pass of quality 85 that every published image has gone through. */
    jpeg: z.boolean().default(true),
    /** Only for glass_blur. published: pixels are copied one way, as the published code does in effect; swap: exchanged. */
    variant: z.enum(['published', 'swap']).default('published'),
  })
  .refine(({ name, variant }) => name === 'glass_blur' || variant === 'published', {
    path: ['variant'],
    message: 'only glass_blur has the variant swap',
  })

export type CorruptionName = (typeof corruptionNames)[number]
export type Corruption = z.infer<typeof corruption>

export const holdOutCorruptions: readonly CorruptionName[] = corruptionNames.slice(15)

/** Corruptions whose pixels do not depend on the seed. */
export const deterministicCorruptions: readonly CorruptionName[] = [
  'defocus_blur',
  'zoom_blur',
  'brightness',
  'contrast',
  'pixelate',
  'jpeg_compression',
  'gaussian_blur',
  'saturate',
]
