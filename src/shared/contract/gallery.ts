import { oc } from '@orpc/contract'
import { z } from 'zod'
import { corruptionNames, perturbationNames } from '../transforms/index.ts'

/** Role of a corruption or perturbation in ImageNet-C or -P; null where it belongs to neither. */
const role = z.enum(['benchmark', 'hold-out']).nullable()

/** What the gallery can show: every corruption with its parameters, every perturbation with its frames. */
const galleryCatalogue = z.object({
  corruptions: z.array(
    z.object({
      name: z.enum(corruptionNames),
      role,
      /** Whether its pixels depend on the seed. */
      random: z.boolean(),
      /** Parameters with their values at severities 1 to 5. Lengths are in pixels at 224. */
      parameters: z.array(z.object({ title: z.string(), values: z.array(z.string()) })),
    }),
  ),
  perturbations: z.array(
    z.object({
      name: z.enum(perturbationNames),
      role,
      /** Whether it is noise: then frames are compared with the first one and have three difficulties. */
      noise: z.boolean(),
      /** Each frame in words. */
      frames: z.array(z.string()),
    }),
  ),
})

/** A picture from a file. The engine knows it by the digest of its bytes until the engine starts again. */
const galleryFile = z.object({
  key: z.string(),
  name: z.string(),
  width: z.int(),
  height: z.int(),
})

export const gallery = {
  catalogue: oc.output(galleryCatalogue),
  file: oc.input(z.object({ path: z.string() })).output(galleryFile),
}

export type GalleryCatalogue = z.infer<typeof galleryCatalogue>
export type GalleryFile = z.infer<typeof galleryFile>
