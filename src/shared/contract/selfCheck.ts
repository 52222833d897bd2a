import { z } from 'zod'

/**
 * One rewrite of a model, compared with the model itself on random input.
 * passed: the numbers agree.
 * failed: they do not agree, or the rewrite could not run; `message` says where.
 * impossible: the model does not allow the rewrite.
 */
const checkedRewrite = z.object({
  rewrite: z.enum(['pixels', 'gate', 'bypass', 'differentiate', 'attention']),
  state: z.enum(['passed', 'failed', 'impossible']),
  /** Relative L2 distance to the output it is compared with; null where nothing was compared. */
  error: z.number().nullable(),
  tolerance: z.number(),
  message: z.string(),
})

/** How well a model's rewrites agree with the model. */
export const selfCheck = z.object({
  /** Milliseconds since 1970. */
  at: z.int(),
  milliseconds: z.number(),
  /** Version of ONNX Runtime. The check runs on the CPU. */
  onnxruntime: z.string(),
  rewrites: z.array(checkedRewrite),
})

export type CheckedRewrite = z.infer<typeof checkedRewrite>
export type SelfCheck = z.infer<typeof selfCheck>
