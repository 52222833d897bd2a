import { z } from 'zod'
import { changeName } from '../changedModel.ts'
import { errorCode, id } from './common.ts'

/**
 * What a model said of an image: as it is where no condition is named, else under a stored condition; the model as it
 * is, or with blocks removed or kernels cut (`changed`).
 */
export const factOf = z.object({ modelId: id, changed: changeName.optional(), conditionId: id.optional() })

/** Both ends belong to it. */
const fractions = factOf.extend({ min: z.number(), max: z.number() })
/** Whole numbers; an end that is left out is open. Both ends belong to it. */
const countRange = z.object({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })

/**
 * correct and wrong: as judged; unjudged: the true class is none of the model's; missing: not measured, or failed.
 */
const outcome = z.enum(['correct', 'wrong', 'unjudged', 'missing'])

/** From the image and the model as they are to a condition or a changed model: right to wrong, wrong to right, either, right both times, wrong both times. */
const flip = z.enum(['lost', 'gained', 'both', 'kept', 'never'])

/**
 * Which images of a dataset. Everything that is given must hold; inside a list one is enough, but for `tags`, which all
 * must hold.
 */
export const imageFilter = z.object({
  /** True classes, by index. */
  classes: z.array(z.int().min(0)).optional(),
  parts: z.array(z.string()).optional(),
  readable: z.boolean().optional(),
  /** Why an image could not be read. */
  errors: z.array(errorCode).optional(),
  /** A piece of the file name. */
  search: z.string().optional(),
  /** Pixels. */
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
  /** Probability of the true class minus the largest of the others; negative where wrong. */
  trueMargin: z.array(fractions).optional(),
  /** Place of the true class, 1 is right. */
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
   * Models that do not agree: about the outcome (some right, some wrong) or about the class they predict; some pair of
   * them differs, or all pairs do. Only images all of them have looked at.
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

/** Some images of a dataset: those of `ids`, or all that a filter lets through but those of `ids`. */
export const imageSelection = z.object({ filter: imageFilter.nullable(), ids: z.array(id).default([]) })

/** `place` is the order of the index; values of a model put images it has not looked at last. */
export const imageOrder = z.object({
  by: z.enum(['place', 'bytes', 'pixels', 'confidence', 'trueProbability', 'margin', 'trueMargin', 'rank']),
  fact: factOf.optional(),
  descending: z.boolean().default(false),
})

export type FactOf = z.infer<typeof factOf>
export type Outcome = z.infer<typeof outcome>
export type Flip = z.infer<typeof flip>
export type ImageFilter = z.infer<typeof imageFilter>
export type ImageSelection = z.infer<typeof imageSelection>
export type ImageOrder = z.infer<typeof imageOrder>
