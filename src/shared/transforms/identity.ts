import { z } from 'zod'

/** The unchanged image: the clean condition. */
export const identity = z.object({ op: z.literal('identity') })
