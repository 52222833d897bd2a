import { z } from 'zod'

/** A condition in the words of its study's definition. */
export const conditionWords = z.object({
  /** In words, without the draw: "50 % dropped". */
  title: z.string(),
  /** Whether image and model are unchanged. */
  baseline: z.boolean(),
  /** How images are changed, apart from how strongly, e.g. "salient". Empty where the study has one way only. */
  way: z.string(),
  /** Which of several random draws, e.g. "draw 2"; null where nothing is drawn. */
  draw: z.string().nullable(),
  /** Equal for conditions that differ only in their draw. */
  level: z.string(),
  /** Position on the study's axis; null where the condition has none. */
  x: z.number().nullable(),
  /** That position in words, e.g. "50 %". */
  place: z.string().nullable(),
})

export type ConditionWords = z.infer<typeof conditionWords>

/** A condition in words, with its draw: "50 % dropped, draw 2". */
export const conditionTitle = ({ title, draw }: Pick<ConditionWords, 'title' | 'draw'>): string =>
  draw === null ? title : `${title}, ${draw}`
