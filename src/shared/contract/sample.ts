import { z } from 'zod'

/** At most `perClass` images of each class, or at most `images` in all, balanced over classes; chosen by seed. */
export const sample = z.union([
  z.object({ perClass: z.int().positive(), seed: z.int() }),
  z.object({ images: z.int().positive(), seed: z.int() }),
])

export type Sample = z.infer<typeof sample>
