import { z } from 'zod'

/**
 * How a model's outputs become an answer: part of the key of every fact. `predicted` stays an index into all outputs.
 * all: the largest of all outputs (rule 1000). subset: the largest of these outputs only, softmax over them alone
 * (rule 200); `truth` false where the images belong to none of them, so nothing is right or wrong. groups: the largest
 * of all outputs, right when it lies in the group that carries the image's class name (ImageNet-9); with `pool` a softer
 * mapping beyond the paper, in which the group with the largest maximum or log-sum-exp of its outputs is the answer.
 */
export const readout = z.discriminatedUnion('op', [
  z.object({ op: z.literal('all') }),
  z.object({
    op: z.literal('subset'),
    /** Ascending indices into the outputs. */
    indices: z.array(z.int().min(0)).min(1),
    truth: z.boolean(),
  }),
  z.object({
    op: z.literal('groups'),
    groups: z.array(z.object({ name: z.string(), indices: z.array(z.int().min(0)) })).min(1),
    /** Left out for the published mapping, so that its facts keep their key. */
    pool: z.enum(['max', 'logsumexp']).optional(),
  }),
])

export type Readout = z.infer<typeof readout>

export const allOutputs: Readout = { op: 'all' }

/** How many of the likeliest classes an answer keeps. */
export const topCount = 5
