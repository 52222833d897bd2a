import { z } from 'zod'
import { id, interval } from './common.ts'
import { reportedValue } from './studyResult.ts'

export const rankingInput = z.object({
  /** By default all models. */
  modelIds: z.array(id).optional(),
  /** The model whose values are subtracted from those of the others. */
  reference: id.nullable().default(null),
})

/** Models x metrics. Values that were not measured are left out. */
export const ranking = z.object({
  metrics: z.array(
    z.object({
      /** Key of one column: a metric on the images of one study. */
      key: z.string(),
      /** Name of the metric. Columns that differ only in images or parameters share it. */
      metric: z.string(),
      title: z.string(),
      /** The dataset it was measured on. */
      dataset: z.string(),
      /** points: a difference of fractions. */
      unit: z.enum(['fraction', 'points', 'number']),
      better: z.enum(['higher', 'lower']),
      /** Fewest and most images that a value of the column is of. Values of unequal n are not ranked. */
      images: z.object({ least: z.int(), most: z.int() }),
    }),
  ),
  reference: id.nullable(),
  models: z.array(
    z.object({
      modelId: id,
      title: z.string(),
      values: z.array(
        z.object({
          key: z.string(),
          value: z.number(),
          interval: interval.nullable(),
          n: z.int(),
          /** The value minus that of the reference model; null without a reference. */
          delta: z.number().nullable(),
          /** The condition it was measured under, in words; null where it is over many. */
          condition: z.string().nullable(),
          /** Whether it lies on the line between two measured conditions, which `condition` names. */
          interpolated: z.boolean(),
          /**
           * The model against the reference on the same images, where the metric is a top-1: the difference with its 95 %
           * interval (Newcombe 1998), McNemar's exact p, and that p corrected by Holm's method for all tests of the
           * ranking.
           */
          test: z
            .object({
              difference: z.number(),
              interval: interval.nullable(),
              n: z.int(),
              p: z.number(),
              adjusted: z.number(),
            })
            .nullable(),
          studyId: id,
        }),
      ),
    }),
  ),
  /** Values printed in the paper's Tables 1, 2, 3, 5 and 6. */
  reported: z.array(reportedValue),
})

export type RankingInput = z.infer<typeof rankingInput>
export type Ranking = z.infer<typeof ranking>
