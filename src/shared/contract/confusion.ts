import { z } from 'zod'

/** A true class and what it was taken for; counts of images. */
const confusionPair = z.object({
  /** Class of the dataset. */
  truth: z.int(),
  /** Output of the model. */
  predicted: z.int(),
  truthName: z.string(),
  predictedName: z.string(),
  n: z.int(),
  /** Share of the true class. */
  share: z.number(),
})

const classScore = z.object({
  index: z.int(),
  name: z.string(),
  /** The model's output for it; null where it knows no such class. */
  output: z.int().nullable(),
  /** Images of the class the model looked at. */
  n: z.int(),
  correct: z.int(),
  /** Images of any class that were taken for this one. */
  predicted: z.int(),
  /** correct / n: the class's recall. null without images. */
  recall: z.number().nullable(),
  /** correct / predicted. null where it was never predicted. */
  precision: z.number().nullable(),
  interval: z.object({ lo: z.number(), hi: z.number(), level: z.number() }).nullable(),
  /** The class it is taken for most, other than itself. */
  confusedWith: z.string().nullable(),
  confusedN: z.int(),
})

export const confusion = z.object({
  n: z.int(),
  correct: z.int(),
  /** Classes of the dataset that have images. */
  classes: z.array(classScore),
  /** Most frequent mistakes first, at most as many as asked for. */
  pairs: z.array(confusionPair),
  /** Different mistakes there are. */
  mistakes: z.int(),
  /** Square matrix over `order`, row-major, rows are true classes, one more column at the end: outputs that are none of the classes. */
  matrix: z.object({ order: z.array(z.int()), counts: z.array(z.int()) }).nullable(),
})

export type ConfusionPair = z.infer<typeof confusionPair>
export type ClassScore = z.infer<typeof classScore>
export type Confusion = z.infer<typeof confusion>
