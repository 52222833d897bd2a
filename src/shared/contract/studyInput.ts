import { z } from 'zod'
import { studyStates } from '../studyState.ts'
import { definition, errorShape, id } from './common.ts'
import { job } from './jobs.ts'
import { stopped } from './stopping.ts'
import { preprocessingChange, studyPreprocessings } from './preprocessing.ts'
import { sample } from './sample.ts'

/**
 * A kind of study, as the form, the command line and the docs need it. `params` is a JSON schema with titles and
 * defaults.
 */
export const studyKind = z.object({
  id: z.string(),
  title: z.string(),
  section: z.string(),
  /** Under which heading it is offered: a benchmark of the suite, an experiment of section 4, or beyond the paper. */
  group: z.enum(['benchmark', 'experiment', 'extra']),
  description: z.string(),
  params: z.record(z.string(), z.unknown()),
  presets: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      description: z.string(),
      params: z.record(z.string(), z.unknown()),
      /** The tables and figures of the paper that it repeats, e.g. "Fig. 6a"; left out: none. */
      repeats: z.array(z.string()).optional(),
      /** What is done otherwise than published, a sentence each. */
      deviates: z.array(z.string()).optional(),
      /** Most images of each class; left out: all. */
      perClass: z.int().positive().optional(),
      /** Most images in all, balanced over classes; left out: all. */
      images: z.int().positive().optional(),
      /** How models are shown; left out: each with its own preprocessing. */
      preprocessing: preprocessingChange.optional(),
    }),
  ),
  definitions: z.array(definition),
  /** Whether it makes random draws that can be exported and replayed. */
  draws: z.boolean(),
  /** What it reads: images of a dataset, or only the weights of the models. */
  reads: z.enum(['images', 'weights']).default('images'),
  /** How the published script of this experiment prepares images; left out where none is published. */
  published: preprocessingChange.optional(),
  /** The paper's questions that it answers. */
  asks: z.array(z.object({ id: z.string(), asks: z.string(), look: z.string() })).default([]),
})

/** The subset that a study was started on, as it was at that time. The study keeps the list of its images. */
export const studySubset = z.object({
  id,
  name: z.string(),
  /** The rule in words. */
  rule: z.string(),
  images: z.int(),
  /** SHA-256 of the image ids. */
  key: z.string(),
})

export const study = z.object({
  id,
  kind: z.string(),
  title: z.string(),
  params: z.record(z.string(), z.unknown()),
  modelIds: z.array(id),
  /** null: it reads only the models' weights. */
  datasetId: id.nullable(),
  /** null: all readable images with a class. */
  sample: sample.nullable(),
  /** null or left out: the whole dataset. */
  subset: studySubset.nullable().optional(),
  /** Left out: each model's own preprocessing. */
  preprocessings: studyPreprocessings.optional(),
  createdAt: z.int(),
  job: job.nullable(),
})

export const studyInput = z.object({
  kind: z.string(),
  title: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  modelIds: z.array(id).min(1),
  /** Needed by a kind that reads images, and not kept by one that reads only weights. */
  datasetId: id.nullable().default(null),
  sample: sample.nullable().default(null),
  /** Only images of this subset of the dataset, as it is when the study is stored. */
  subsetId: id.nullable().optional(),
  /** Left out: each model's own preprocessing. */
  preprocessings: studyPreprocessings.optional(),
})

export const studyCost = z.object({
  /** How many answers its job counts, over all models, and how many of them are stored already. */
  answers: z.int(),
  cached: z.int(),
  images: z.int(),
  conditions: z.int(),
  /** Missing work per model, in forward passes of one image. A gradient counts as several. */
  work: z.array(z.object({ modelId: id, forwards: z.number() })),
  /** Estimated time in seconds, from a short trial or earlier runs of the same models; null where it is unknown. */
  seconds: z.number().nullable(),
  /** Work and time are upper bounds: attacks end where an answer is wrong. */
  atMost: z.boolean(),
  /** What is chosen by estimates, in words, e.g. how blocks are removed. */
  choices: z.array(z.string()),
  warnings: z.array(errorShape),
})

/**
 * The number that stands for a study in a list, for each model that was measured. `n` counts its images; null where it is
 * not of images. `better` is null where neither end is.
 */
export const keyNumber = z.object({
  title: z.string(),
  /** points: a difference of fractions. */
  unit: z.enum(['fraction', 'points', 'number']),
  better: z.enum(['higher', 'lower']).nullable(),
  /** `interpolated`: lies on the line between two conditions that were measured. */
  values: z
    .array(z.object({ modelId: id, value: z.number(), n: z.int().nullable(), interpolated: z.boolean() }))
    .min(1),
})

/**
 * Pairs of an image and a condition, and other values that are measured image by image, over all models: those with an
 * answer, those that failed, all.
 */
export const studyAnswers = z.object({ measured: z.int(), failed: z.int(), of: z.int() })

/** How far a study is, by what is stored of it. */
export const studyProgress = z.object({
  state: z.enum(studyStates),
  /** Whether the state is `complete`: nothing is left to measure, and nothing failed. */
  complete: z.boolean(),
  answers: studyAnswers,
  /** Why it was stopped before its end, where it was asked to and what is stored says the same. */
  stopped: stopped.optional(),
})

/** What a list shows of a study. `keyNumber` is null where nothing of it was measured. */
export const studySummary = studyProgress.extend({
  keyNumber: keyNumber.nullable(),
})

export type KeyNumber = z.infer<typeof keyNumber>
export type StudyProgress = z.infer<typeof studyProgress>
export type StudySummary = z.infer<typeof studySummary>
export type StudyKind = z.infer<typeof studyKind>
export type Study = z.infer<typeof study>
export type StudySubset = z.infer<typeof studySubset>
export type StudyInput = z.infer<typeof studyInput>
export type StudyCost = z.infer<typeof studyCost>
