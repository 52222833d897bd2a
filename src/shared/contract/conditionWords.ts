import { z } from 'zod'

/** What the definition of a study says of one of its conditions. */
export const conditionWords = z.object({
  /** In words, without the draw: "50 % dropped". */
  title: z.string(),
  /** Nothing is done to image or model. */
  baseline: z.boolean(),
  /** How images are changed besides how much, e.g. "salient"; empty where there is one way only. */
  way: z.string(),
  /** Which of several random draws, e.g. "draw 2"; null where nothing was drawn. */
  draw: z.string().nullable(),
  /** Equal for conditions that differ in their draw alone. */
  level: z.string(),
  /** Place on the study's axis; null for one that has none. */
  x: z.number().nullable(),
  /** That place in words, e.g. "50 %". */
  place: z.string().nullable(),
})

export type ConditionWords = z.infer<typeof conditionWords>

/** A condition in words, its draw too: "50 % dropped, draw 2". */
export const conditionTitle = ({ title, draw }: Pick<ConditionWords, 'title' | 'draw'>): string =>
  draw === null ? title : `${title}, ${draw}`
