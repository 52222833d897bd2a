import { z } from 'zod'

/** The image as it is: the clean condition. */
export const identity = z.object({ op: z.literal('identity') })
