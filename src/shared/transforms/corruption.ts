import { z } from 'zod'
import { corruptionNames } from './corruptionNames.ts'

/** SHA-256 of the files of the five pictures that frost draws from, hex, in their order: frost1 to frost5. */
export const icePictures = z.array(z.string().regex(/^[0-9a-f]{64}$/)).length(5)

/**
 * A corruption made here, after those of ImageNet-C (Hendrycks and Dietterich 2019). At 224 pixels the parameters are
 * the published ones; at other sizes lengths (radii, sigmas, shifts) scale with the shorter side / 224. Random draws
 * depend on (name, severity, seed, image), so results resemble the published files but never equal them. Frost blends ice
 * pictures of our own, or five that a person has named.
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
     * Only for frost: which pictures of ice are blended. matched: our own, with the colours and contrast of the published
     * ones; digests: these five files; left out: the first ones of our own, which are darker. What was measured with those
     * keeps its key.
     */
    ice: z.union([z.literal('matched'), icePictures]).optional(),
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

/** The digests of the picture files that a transform blends; empty for one that blends none of a person's. */
export const picturesOf = (transform: { op: string; ice?: Corruption['ice'] }): readonly string[] =>
  Array.isArray(transform.ice) ? transform.ice : []

/** The digests of the picture files that a transform (canonical JSON) blends, as `picturesOf`; none where it is no transform. */
export function icePicturesIn(text: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return []
  }
  const found = corruption.safeParse(value).data
  return found ? picturesOf(found) : []
}
