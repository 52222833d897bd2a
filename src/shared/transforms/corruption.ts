import { z } from 'zod'
import { corruptionNames } from './corruptionNames.ts'

/**
 * A corruption made here, after those of ImageNet-C (Hendrycks and Dietterich 2019). At 224 pixels the parameters are
 * the published ones; at other sizes lengths (radii, sigmas, shifts) scale with the shorter side / 224. Random draws
 * depend on (name, severity, seed, image), so results resemble the published files but never equal them. Frost uses ice
 * pictures of our own.
 */
export const corruption = z
  .object({
    op: z.literal('corruption'),
    name: z.enum(corruptionNames),
    severity: z.int().min(1).max(5),
    seed: z.int(),
    /** The JPEG pass of quality 85 that every published image has gone through. */
    jpeg: z.boolean().default(true),
    /**
     * Only for glass_blur. published: pixels are copied one way, as the published code does in effect; swap: they are
     * exchanged.
     */
    variant: z.enum(['published', 'swap']).default('published'),
  })
  .refine(({ name, variant }) => name === 'glass_blur' || variant === 'published', {
    path: ['variant'],
    message: 'only glass_blur has the variant swap',
  })

export type Corruption = z.infer<typeof corruption>
