import { eventIterator } from '@orpc/contract'
import { z } from 'zod'

/** Progress of work that is not a job. `note` says what is done, or where it is computed. A total of 0 is not known. */
export const workProgress = z.object({
  type: z.literal('progress'),
  done: z.int(),
  total: z.int(),
  /** What is counted, e.g. "images". */
  unit: z.string(),
  note: z.string(),
  /** Seconds until `total` is reached, where they can be told. */
  secondsLeft: z.number().nullable().optional(),
})

/** A stream of progress that ends with the result. Ending the stream early cancels the work. */
export const working = <T extends z.ZodType>(result: T) =>
  eventIterator(z.discriminatedUnion('type', [workProgress, z.object({ type: z.literal('result'), result })]))

export type WorkProgress = z.infer<typeof workProgress>
