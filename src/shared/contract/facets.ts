import { z } from 'zod'
import { errorCode, id } from './common.ts'
import { factOf } from './imageFilter.ts'

const counted = <T extends z.ZodType>(value: T) => z.array(z.object({ value, n: z.int() }))

/** Counts in `bins` of equal width between `lo` and `hi`. */
const histogram = z.object({ lo: z.number(), hi: z.number(), bins: z.array(z.int()) })

/** Counts of one model's predictions. `measured` counts the images that the model was measured on. */
const modelFacets = factOf.extend({
  measured: z.int(),
  correct: z.int(),
  wrong: z.int(),
  unjudged: z.int(),
  missing: z.int(),
  confidence: histogram,
  trueProbability: histogram,
  margin: histogram,
  trueMargin: histogram,
  rank: z.array(z.object({ min: z.int(), max: z.int(), n: z.int() })),
  /** The most frequent predicted classes, by the model's own index. */
  predicted: counted(z.int()),
  /** Compared with the unchanged model on unchanged images; null where this is that fact. */
  flips: z.object({ lost: z.int(), gained: z.int(), kept: z.int(), never: z.int() }).nullable(),
})

/**
 * How many images each choice would leave. A facet is counted over the images that the other facets leave, without its
 * own choice, so that its other choices can be seen.
 */
export const imageFacets = z.object({
  /** Images that the whole filter leaves. */
  images: z.int(),
  classes: counted(z.int()),
  /** Images without a class. */
  unlabelled: z.int(),
  parts: counted(z.string()),
  readable: z.int(),
  errors: counted(errorCode),
  tags: counted(z.string()),
  noted: z.int(),
  width: histogram,
  height: histogram,
  bytes: histogram,
  models: z.array(modelFacets),
  /** Counts over the images that all the models were measured on; null with fewer than two models. */
  agreement: z
    .object({
      modelIds: z.array(id),
      measured: z.int(),
      allCorrect: z.int(),
      allWrong: z.int(),
      mixed: z.int(),
      sameClass: z.int(),
      differentClass: z.int(),
      allDifferent: z.int(),
      /**
       * Counts for two models at a time, over the images that both judged. Models are given by their index in
       * `modelIds`.
       */
      pairs: z.array(
        z.object({
          a: z.int(),
          b: z.int(),
          bothCorrect: z.int(),
          onlyA: z.int(),
          onlyB: z.int(),
          bothWrong: z.int(),
        }),
      ),
    })
    .nullable(),
})

export type Histogram = z.infer<typeof histogram>
export type ModelFacets = z.infer<typeof modelFacets>
export type ImageFacets = z.infer<typeof imageFacets>
