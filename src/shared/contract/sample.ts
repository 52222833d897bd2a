import { z } from 'zod'

/**
 * At most `perClass` images of each class, or at most `images` over all classes, balanced; chosen by seed. In a dataset of parts the
 * same pictures are taken of each part, and of videos whole sequences are counted.
 */
export const sample = z.union([
  z.object({ perClass: z.int().positive(), seed: z.int() }),
  z.object({ images: z.int().positive(), seed: z.int() }),
])

export type Sample = z.infer<typeof sample>
