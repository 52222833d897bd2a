import { z } from 'zod'
import { id } from './common.ts'
import { conditionWords } from './conditionWords.ts'

/** A measured image of one cell. */
export const studyRow = z.object({
  imageId: id,
  image: z.string(),
  trueClass: z.int(),
  /** null where no answer is right or wrong, as for images of unknown classes. */
  correct: z.boolean().nullable(),
  predicted: z.int(),
  confidence: z.number(),
  trueProbability: z.number(),
  trueRank: z.int(),
})

/** A condition of a model of a study that an image is to be measured under. */
export const plannedImageCondition = conditionWords.extend({ modelId: id, key: z.string() })

/** What one model predicts for one image under one condition of a study. */
export const studyImageRow = conditionWords.extend({
  modelId: id,
  key: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** Condition of the picture. */
  conditionId: id,
  /** Whether this is a prediction of the unchanged model, as in `StudyCondition`. */
  unchangedModel: z.boolean(),
  /** null where no answer is right or wrong. */
  correct: z.boolean().nullable(),
  predicted: z.int(),
  label: z.string(),
  confidence: z.number(),
  trueProbability: z.number(),
  trueRank: z.int(),
})

export type PlannedImageCondition = z.infer<typeof plannedImageCondition>
export type StudyRow = z.infer<typeof studyRow>
export type StudyImageRow = z.infer<typeof studyImageRow>
