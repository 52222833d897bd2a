import { oc } from '@orpc/contract'
import { z } from 'zod'
import { corruptionNames, perturbationNames } from '../transforms/index.ts'

/** What a corruption or perturbation is in ImageNet-C or -P; null where it is in neither. */
const role = z.enum(['benchmark', 'hold-out']).nullable()

/** What can be shown of a picture: every corruption with its parameters, every perturbation with its frames. */
const galleryCatalogue = z.object({
  corruptions: z.array(
    z.object({
      name: z.enum(corruptionNames),
      role,
      /** Whether its pixels depend on the seed. */
      random: z.boolean(),
      /** Its parameters with their values at severities 1 to 5; lengths in pixels at 224. */
      parameters: z.array(z.object({ title: z.string(), values: z.array(z.string()) })),
    }),
  ),
  perturbations: z.array(
    z.object({
      name: z.enum(perturbationNames),
      role,
      /** Frames are compared with the first one, and come in three levels. */
      noise: z.boolean(),
      /** What each frame is, in words. */
      frames: z.array(z.string()),
    }),
  ),
})

/** A picture from a file, known to the engine by the digest of its bytes until it is started again. */
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
