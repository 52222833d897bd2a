import { z } from 'zod'

/**
 * One rewrite of a model, run beside the model itself on random input. passed: the numbers agree; failed: they do not, or
 * it could not be run, and `message` says where; impossible: the rewrite is not possible for this model.
 */
const checkedRewrite = z.object({
  rewrite: z.enum(['pixels', 'gate', 'bypass', 'differentiate', 'attention']),
  state: z.enum(['passed', 'failed', 'impossible']),
  /** Relative L2 distance to what it is compared with; null where nothing was compared. */
  error: z.number().nullable(),
  tolerance: z.number(),
  message: z.string(),
})

/** A model's rewrites, checked by numbers. */
export const selfCheck = z.object({
  /** ms since 1970 */
  at: z.int(),
  milliseconds: z.number(),
  /** The version of ONNX Runtime, on the CPU. */
  onnxruntime: z.string(),
  rewrites: z.array(checkedRewrite),
})

export type CheckedRewrite = z.infer<typeof checkedRewrite>
export type SelfCheck = z.infer<typeof selfCheck>
