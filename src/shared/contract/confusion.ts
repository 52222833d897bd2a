import { z } from 'zod'

/** A true class and a class that it was predicted as. Counts are of images. */
const confusionPair = z.object({
  /** Index of the class in the dataset. */
  truth: z.int(),
  /** Index of the model's output. */
  predicted: z.int(),
  truthName: z.string(),
  predictedName: z.string(),
  n: z.int(),
  /** Share of the true class's images, 0 to 1. */
  share: z.number(),
})

const classScore = z.object({
  index: z.int(),
  name: z.string(),
  /** The model's output for the class; null where the model does not know the class. */
  output: z.int().nullable(),
  /** Images of the class that the model was measured on. */
  n: z.int(),
  correct: z.int(),
  /** Images of any class that were predicted as this class. */
  predicted: z.int(),
  /** correct / n: the recall. null where n is 0. */
  recall: z.number().nullable(),
  /** correct / predicted. null where the class was never predicted. */
  precision: z.number().nullable(),
  interval: z.object({ lo: z.number(), hi: z.number(), level: z.number() }).nullable(),
  /** The class that this class is most often predicted as, other than itself. */
  confusedWith: z.string().nullable(),
  confusedN: z.int(),
})

export const confusion = z.object({
  n: z.int(),
  correct: z.int(),
  /** Classes of the dataset that have images. */
  classes: z.array(classScore),
  /** The most frequent mistakes first, at most as many as the input asks for. */
  pairs: z.array(confusionPair),
  /** Number of different mistakes. */
  mistakes: z.int(),
  /**
   * Share of the images that would be right if the outputs stood for the classes in another order, where the model is no
   * better than chance by its labels; else null.
   */
  rightInOtherOrder: z.number().nullable(),
  /**
   * Counts, row-major. Rows are the true classes of `order`; columns are the same classes, and one more at the end for
   * outputs that are none of them.
   */
  matrix: z.object({ order: z.array(z.int()), counts: z.array(z.int()) }).nullable(),
})

export type ConfusionPair = z.infer<typeof confusionPair>
export type ClassScore = z.infer<typeof classScore>
export type Confusion = z.infer<typeof confusion>
