import { z } from 'zod'

/**
 * How a model's outputs become an answer. Part of the key of every fact. `predicted` stays an index into all outputs.
 * all: the largest of all outputs (rule 1000).
 * subset: the largest of these outputs only, with the softmax over them alone (rule 200). `truth` is false where the
 * images belong to none of them, so that no answer is right or wrong.
 * groups: the largest of all outputs, right when it lies in the group named like the image's class (ImageNet-9). With `pool`
 * the answer is the group with the largest maximum, log-sum-exp or mean probability of its outputs; the last is the rule of cue
 * conflicts (Geirhos et al. 2019).
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
    /** Left out for the published rule, so that its facts keep their key. */
    pool: z.enum(['max', 'logsumexp', 'mean']).optional(),
  }),
])

export type Readout = z.infer<typeof readout>

export const allOutputs: Readout = { op: 'all' }

/** How many of the most probable classes a prediction keeps. */
export const topCount = 5
