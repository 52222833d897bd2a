import { z } from 'zod'
import { changeName } from '../changedModel.ts'
import { errorCode, id } from './common.ts'

/**
 * Names what a model, changed or not (`changed`: blocks removed or kernels cut), predicts for an image under a stored
 * condition. Without a condition the image is unchanged.
 */
export const factOf = z.object({ modelId: id, changed: changeName.optional(), conditionId: id.optional() })

/** A range; both ends belong to it. */
const fractions = factOf.extend({ min: z.number(), max: z.number() })
/** A range of whole numbers; both ends belong to it. A missing end is open. */
const countRange = z.object({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })

/** correct, wrong: as judged; unjudged: the model does not know the true class; missing: not measured, or failed. */
const outcome = z.enum(['correct', 'wrong', 'unjudged', 'missing'])

/**
 * How the outcome differs from that of the unchanged model on the unchanged image. lost: right to wrong; gained: wrong
 * to right; both: either; kept: right both times; never: wrong both times.
 */
const flip = z.enum(['lost', 'gained', 'both', 'kept', 'never'])

/**
 * Selects images of a dataset. All given members must hold. Inside a list one entry is enough, except in `tags`, where
 * all entries must hold.
 */
export const imageFilter = z.object({
  /** True classes, by index. */
  classes: z.array(z.int().min(0)).optional(),
  parts: z.array(z.string()).optional(),
  readable: z.boolean().optional(),
  /** Codes of errors that made an image unreadable. */
  errors: z.array(errorCode).optional(),
  /** A part of the file name. */
  search: z.string().optional(),
  /** In pixels. */
  width: countRange.optional(),
  height: countRange.optional(),
  bytes: countRange.optional(),
  tags: z.array(z.string()).optional(),
  noted: z.boolean().optional(),
  subsetId: id.optional(),
  outcomes: z.array(factOf.extend({ outcome })).optional(),
  /** Largest probability. */
  confidence: z.array(fractions).optional(),
  trueProbability: z.array(fractions).optional(),
  /** Largest probability minus the second. */
  margin: z.array(fractions).optional(),
  /** Probability of the true class minus the largest of the other probabilities; negative where the model is wrong. */
  trueMargin: z.array(fractions).optional(),
  /** Rank of the true class; 1 is right. */
  rank: z.array(factOf.extend({ min: z.int().min(1), max: z.int().min(1) })).optional(),
  /** Predicted classes, by the model's own index. */
  predicted: z.array(factOf.extend({ classes: z.array(z.int().min(0)).min(1) })).optional(),
  flips: z
    .array(
      factOf
        .extend({ flip })
        .refine(
          ({ changed, conditionId }) => changed !== undefined || conditionId !== undefined,
          'must name a condition or a changed model',
        ),
    )
    .optional(),
  /**
   * Models that disagree about the outcome (some right, some wrong) or about the predicted class: either some pair of
   * them differs or all pairs differ. Only images that all of them were measured on are selected.
   */
  disagreement: z
    .object({
      modelIds: z.array(id).min(2),
      about: z.enum(['outcome', 'class']),
      how: z.enum(['some', 'all']).default('some'),
      conditionId: id.optional(),
    })
    .optional(),
})

/** A selection of images: those in `ids`, or all that a filter selects except those in `ids`. */
export const imageSelection = z.object({ filter: imageFilter.nullable(), ids: z.array(id).default([]) })

/**
 * `place` is the order of the index. `shuffled` depends on the images' ids and `seed` alone, so that an address shows the
 * same images first. Where
 * the order is by a value of a model, images without that value come last.
 */
export const imageOrder = z.object({
  by: z.enum([
    'place',
    'shuffled',
    'bytes',
    'pixels',
    'confidence',
    'trueProbability',
    'margin',
    'trueMargin',
    'rank',
  ]),
  fact: factOf.optional(),
  /** Of a shuffled order; 0 where left out. */
  seed: z.int().min(0).max(0xffffffff).optional(),
  descending: z.boolean().default(false),
})

export type FactOf = z.infer<typeof factOf>
export type Outcome = z.infer<typeof outcome>
export type Flip = z.infer<typeof flip>
export type ImageFilter = z.infer<typeof imageFilter>
export type ImageSelection = z.infer<typeof imageSelection>
export type ImageOrder = z.infer<typeof imageOrder>
