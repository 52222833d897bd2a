import { z } from 'zod'
import { definition, errorShape, id } from './common.ts'
import { job } from './jobs.ts'

/** A kind of study as the form, the command line and the docs need it. `params` is a JSON schema with titles and defaults. */
export const studyKind = z.object({
  id: z.string(),
  title: z.string(),
  section: z.string(),
  description: z.string(),
  params: z.record(z.string(), z.unknown()),
  presets: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      description: z.string(),
      params: z.record(z.string(), z.unknown()),
    }),
  ),
  definitions: z.array(definition),
  /** Whether it draws at random what can be exported and replayed. */
  draws: z.boolean(),
})

/** The subset a study was begun over, as it was then; the study keeps the list of its images. */
export const studySubset = z.object({
  id,
  name: z.string(),
  /** In words. */
  rule: z.string(),
  images: z.int(),
  /** sha256 of the image ids. */
  key: z.string(),
})

export const study = z.object({
  id,
  kind: z.string(),
  title: z.string(),
  params: z.record(z.string(), z.unknown()),
  modelIds: z.array(id),
  datasetId: id,
  /** null = all readable, labelled images; otherwise at most n per class, chosen by seed. */
  sample: z.object({ perClass: z.int().positive(), seed: z.int() }).nullable(),
  /** null or left out: of the whole dataset. */
  subset: studySubset.nullable().optional(),
  createdAt: z.int(),
  job: job.nullable(),
})

export const studyInput = z.object({
  kind: z.string(),
  title: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  modelIds: z.array(id).min(1),
  datasetId: id,
  sample: z.object({ perClass: z.int().positive(), seed: z.int() }).nullable().default(null),
  /** Only images of this subset of the dataset, as it is when the study is stored. */
  subsetId: id.nullable().optional(),
})

export const studyCost = z.object({
  /** Images under conditions in all, and how many of them are stored already. */
  passes: z.int(),
  cached: z.int(),
  images: z.int(),
  conditions: z.int(),
  /** What is left to compute by model, in forward passes of one image: a gradient counts as several. */
  work: z.array(z.object({ modelId: id, forwards: z.number() })),
  /** From a short trial or earlier runs of the same model; null when unknown. */
  seconds: z.number().nullable(),
  /** What is decided by estimates, e.g. how blocks are removed, in words. */
  choices: z.array(z.string()),
  warnings: z.array(errorShape),
})

export type StudyKind = z.infer<typeof studyKind>
export type Study = z.infer<typeof study>
export type StudySubset = z.infer<typeof studySubset>
export type StudyInput = z.infer<typeof studyInput>
export type StudyCost = z.infer<typeof studyCost>
