import { z } from 'zod'
import { id, interval } from './common.ts'
import { reportedValue } from './studyResult.ts'

export const rankingInput = z.object({
  /** All models when left out. */
  modelIds: z.array(id).optional(),
  /** Model whose values are taken off those of the others. */
  reference: id.nullable().default(null),
})

/** Models x metrics; a value that was not measured is left out. */
export const ranking = z.object({
  metrics: z.array(
    z.object({
      /** One column: a metric on the images of one study. */
      key: z.string(),
      /** The metric, the same for columns that differ in images or parameters. */
      metric: z.string(),
      title: z.string(),
      /** The dataset it was measured on. */
      dataset: z.string(),
      unit: z.enum(['fraction', 'number']),
      better: z.enum(['higher', 'lower']),
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
          /** Value minus that of the reference; null without one. */
          delta: z.number().nullable(),
          studyId: id,
        }),
      ),
    }),
  ),
  /** What the paper's Tables 1, 2, 3, 5 and 6 print. */
  reported: z.array(reportedValue),
})

export type RankingInput = z.infer<typeof rankingInput>
export type Ranking = z.infer<typeof ranking>
