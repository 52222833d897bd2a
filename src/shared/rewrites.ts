import { z } from 'zod'

/**
 * What is done to a model's graph before it is run, as canonical data: part of the key of every fact.
 * none: the model as it is. lesion: the residual branches of these blocks (indices as in `Inspection.blocks`) are
 * removed, ascending. maskKernel: depthwise kernels are zero outside their central size x size window. probe: inner
 * tensors are read; `version` changes when what is stored of them does.
 */
export const rewrite = z.discriminatedUnion('op', [
  z.object({ op: z.literal('none') }),
  z.object({ op: z.literal('lesion'), blocks: z.array(z.int().min(0)).min(1) }),
  z.object({ op: z.literal('maskKernel'), size: z.int().min(1) }),
  z.object({
    op: z.literal('probe'),
    what: z.enum([
      'variance',
      'varianceOfBatchMean',
      'attentionDistance',
      'classRow',
      'receptiveField',
      'receptiveFieldRings',
      'saliencyMap',
      'shownPicture',
    ]),
    /** Digest of the images that were reduced together, where they were. */
    together: z.string().nullable(),
    version: z.literal(1),
  }),
])

export type Rewrite = z.infer<typeof rewrite>

export const noRewrite: Rewrite = { op: 'none' }
