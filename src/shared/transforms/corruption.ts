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
    /**
     * Only for frost: which pictures of ice are blended. matched: with the colours and contrast of the published ones; left
     * out: the first ones, which are darker. What was measured with those keeps its key.
     */
    ice: z.literal('matched').optional(),
  })
  .refine(({ name, variant }) => name === 'glass_blur' || variant === 'published', {
    path: ['variant'],
    message: 'only glass_blur has the variant swap',
  })
  .refine(({ name, ice }) => name === 'frost' || ice === undefined, {
    path: ['ice'],
    message: 'only frost has ice',
  })

export type Corruption = z.infer<typeof corruption>

/** A corruption as it is made today. Frost blends ice with the colours of the published pictures. */
export const madeCorruption = (
  chosen: Pick<Corruption, 'name' | 'severity' | 'seed' | 'jpeg'>,
): Corruption => ({
  op: 'corruption',
  ...chosen,
  variant: 'published',
  ...(chosen.name === 'frost' && { ice: 'matched' }),
})
