import { z } from 'zod'
import { id } from './common.ts'
import { conditionWords } from './conditionWords.ts'

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
export const studyImageRow = conditionWords.extend({
  modelId: id,
  key: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** For the picture under the condition. */
  conditionId: id,
  /** Whether these are answers of the unchanged model, as in `StudyCondition`. */
  unchangedModel: z.boolean(),
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
