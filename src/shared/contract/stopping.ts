import { z } from 'zod'
import { id } from './common.ts'

/** When a study stops before its end: as soon as one of what is named here has come. */
export const stopRule = z
  .object({
    /** Half the width of the confidence sequence of every point is at most this, as a share: 0.01 is one point. */
    within: z.number().gt(0).lt(0.5).optional(),
    /** It is decided whether model `a` has a higher accuracy than model `b` at every point that they share. */
    above: z.object({ a: id, b: id }).optional(),
    /** So many seconds of measuring have passed. */
    seconds: z.number().positive().optional(),
  })
  .refine((rule) => Object.values(rule).some((value) => value !== undefined), 'names nothing to stop at')

/** What of a rule has come. `above` and `notAbove` are the two decisions of a comparison. */
export const stopReason = z.enum(['within', 'above', 'notAbove', 'seconds'])

/** A study that was stopped by its rule. */
export const stopped = z.object({ rule: stopRule, reason: stopReason })

/**
 * What a confidence sequence has come to: the interval [lo, hi] of the mean over all `of` images of the study, by the
 * first `n` of its order. All intervals that it goes through hold the mean together, with the probability `level`.
 * `estimate` weighs each class by its images; null before every class has an answer.
 */
export const sequence = z.object({
  lo: z.number(),
  hi: z.number(),
  level: z.number(),
  n: z.int(),
  of: z.int(),
  estimate: z.number().nullable(),
})

export type StopRule = z.infer<typeof stopRule>
export type StopReason = z.infer<typeof stopReason>
export type Stopped = z.infer<typeof stopped>
export type Sequence = z.infer<typeof sequence>
