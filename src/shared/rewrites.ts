import { z } from 'zod'

/**
 * How a model's graph is changed before it runs, as canonical data. Part of the key of every fact.
 * none: the unchanged model.
 * lesion: without the residual branches of these blocks (ascending indices as in `Inspection.blocks`, from 0).
 * lesionUnit: without the branch of one residual unit (`Block.units`, from 0) of a block, such as attention or MLP; where the
 * skip path is a projection, it stays.
 * maskKernel: depthwise kernels are zero outside their central size x size window.
 * probe: inner tensors are read. `version` changes when their stored form does.
 */
export const rewrite = z.discriminatedUnion('op', [
  z.object({ op: z.literal('none') }),
  z.object({ op: z.literal('lesion'), blocks: z.array(z.int().min(0)).min(1) }),
  z.object({ op: z.literal('lesionUnit'), block: z.int().min(0), unit: z.int().min(0) }),
  z.object({ op: z.literal('maskKernel'), size: z.int().min(1) }),
  z.object({
    op: z.literal('probe'),
    what: z.enum([
      'variance',
      'varianceOfBatchMean',
      'gram',
      'attentionDistance',
      'classRow',
      'receptiveField',
      'receptiveFieldRings',
      'saliencyMap',
      'shownPicture',
      'mapScores',
      'boxes',
      'leastEpsilon',
    ]),
    /** Digest of the set of images that were reduced together; null where each was reduced alone. */
    together: z.string().nullable(),
    version: z.literal(1),
  }),
])

export type Rewrite = z.infer<typeof rewrite>

export const noRewrite: Rewrite = { op: 'none' }

/** What is probed of a model without a class: it is the same under any labels. */
const ofNoClass: ReadonlySet<Extract<Rewrite, { op: 'probe' }>['what']> = new Set([
  'variance',
  'varianceOfBatchMean',
  'gram',
  'attentionDistance',
  'classRow',
  'receptiveField',
  'receptiveFieldRings',
  'shownPicture',
])

/** Whether what is measured under a rewrite stays true when the model gets other labels. */
export const readsNoLabels = (of: Rewrite): boolean => of.op === 'probe' && ofNoClass.has(of.what)
