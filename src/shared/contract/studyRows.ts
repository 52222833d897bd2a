import { z } from 'zod'
import { id } from './common.ts'

/** A measured image of one cell. */
export const studyRow = z.object({
  imageId: id,
  image: z.string(),
  trueClass: z.int(),
  /** null where nothing is right or wrong, as of images of unknown classes. */
  correct: z.boolean().nullable(),
  predicted: z.int(),
  confidence: z.number(),
  trueProbability: z.number(),
  trueRank: z.int(),
})

/** What one model says of one image under one condition of a study. */
export const studyImageRow = z.object({
  modelId: id,
  key: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** For the picture under the condition. */
  conditionId: id,
  /** Whether these are answers of the model as it is, as `StudyCondition.asItIs`. */
  asItIs: z.boolean(),
  /** null where nothing is right or wrong. */
  correct: z.boolean().nullable(),
  predicted: z.int(),
  label: z.string(),
  confidence: z.number(),
  trueProbability: z.number(),
  trueRank: z.int(),
})

export type StudyRow = z.infer<typeof studyRow>
export type StudyImageRow = z.infer<typeof studyImageRow>
