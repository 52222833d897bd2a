import { z } from 'zod'
import { id, interval } from './common.ts'

/** Something that a study of the paper needs, and what of the workspace it is; `found` is empty where it is missing. */
const need = z.object({
  name: z.string(),
  found: z.array(z.object({ id, title: z.string() })),
})

/** A study that repeats a table or figure, with what of the workspace it would be run on. */
const paperStudy = z.object({
  kind: z.string(),
  title: z.string(),
  preset: z.string(),
  presetTitle: z.string(),
  /** What is done otherwise than published, a sentence each. */
  deviates: z.array(z.string()),
  /** null: it reads only the weights of models. */
  dataset: need.nullable(),
  /** The command that runs it. Words in capitals stand for what is missing. */
  command: z.string(),
  /** The newest stored study that is this one, of a model of the entry on data like the paper's; null without one. */
  studyId: id.nullable(),
})

/** A number that was measured here for a model of the paper, in the unit of the paper's. */
const ownValue = z.object({
  modelId: id,
  title: z.string(),
  value: z.number(),
  /** 95 %. */
  interval: interval.nullable(),
  n: z.int(),
  /** value - the paper's, with the interval of the value; the paper's number counts as exact. */
  difference: z.number(),
  differenceInterval: interval.nullable(),
  studyId: id,
  dataset: z.string(),
  /** Whether the study has the parameters, images and preprocessing of the preset. */
  asPublished: z.boolean(),
})

/** A number that the paper prints. */
const paperNumber = z.object({
  /** The paper's name of the model. */
  model: z.string(),
  what: z.string(),
  /** %, or pp: percentage points. */
  unit: z.string(),
  better: z.enum(['higher', 'lower']),
  printed: z.number(),
  /** How exactly the paper says it. */
  exactness: z.enum(['printed', 'about', 'at most']),
  /** Where the row evidently comes from, where the authors did not measure it. */
  provenance: z.string().nullable(),
  ours: z.array(ownValue),
})

/** A table or figure of the paper. */
const paperEntry = z.object({
  /** Part of addresses, e.g. "table-4". */
  id: z.string(),
  /** As the paper calls it, e.g. "Table 4". */
  title: z.string(),
  section: z.string(),
  shows: z.string(),
  /** What the paper says of it. */
  statements: z.array(z.string()),
  models: z.array(need),
  studies: z.array(paperStudy),
  numbers: z.array(paperNumber),
})

export const paperPage = z.object({ entries: z.array(paperEntry) })

export type PaperPage = z.infer<typeof paperPage>
export type PaperEntry = z.infer<typeof paperEntry>
export type PaperNumber = z.infer<typeof paperNumber>
export type PaperStudy = z.infer<typeof paperStudy>
export type PaperNeed = z.infer<typeof need>
