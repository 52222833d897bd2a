import { oc } from '@orpc/contract'
import { z } from 'zod'
import { figureSpec } from '../figures/spec.ts'
import { byId, definition, errorCode, errorShape, id, interval, ok } from './common.ts'
import { imageRow } from './datasets.ts'
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
  createdAt: z.int(),
  job: job.nullable(),
})

/** One cell of the grid models x conditions. */
export const studyCondition = z.object({
  modelId: id,
  model: z.string(),
  /** Stable key inside the study, e.g. "ratio=0.5,repeat=0". */
  key: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** Ids of the stored conditions behind this cell (several only in the published one-mask-per-batch form). */
  conditionIds: z.array(id),
  n: z.int(),
  correct: z.int(),
  correct5: z.int(),
  top1: z.number().nullable(),
  top5: z.number().nullable(),
  interval: interval.nullable(),
  /** Images of this cell that could not be measured. */
  failed: z.int(),
})

export const pairedTest = z.object({
  key: z.string(),
  a: id,
  b: id,
  /** Discordant counts of McNemar's exact test on the same images. */
  onlyA: z.int(),
  onlyB: z.int(),
  n: z.int(),
  p: z.number(),
})

export const reportedValue = z.object({
  model: z.string(),
  text: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  source: z.string(),
})

export const dataTable = z.object({
  id: z.string(),
  title: z.string(),
  columns: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      kind: z.enum(['text', 'integer', 'fraction', 'number', 'interval']),
      better: z.enum(['higher', 'lower']).optional(),
    }),
  ),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
})

/** Why images could not be measured, most frequent first. */
export const studyFailure = z.object({
  modelId: id,
  code: errorCode,
  /** Of the first one. */
  message: z.string(),
  hint: z.string(),
  /** Images under conditions. */
  n: z.int(),
  /** The first ten. */
  imageIds: z.array(id),
})

export const studyResult = z.object({
  studyId: id,
  complete: z.boolean(),
  conditions: z.array(studyCondition),
  tests: z.array(pairedTest),
  tables: z.array(dataTable),
  figures: z.array(figureSpec),
  reported: z.array(reportedValue),
  failures: z.array(studyFailure),
  /** What was used: definition, seed, images, preprocessing, runtime. Written under every figure. */
  provenance: z.array(z.string()),
})

export const studyInput = z.object({
  kind: z.string(),
  title: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  modelIds: z.array(id).min(1),
  datasetId: id,
  sample: z.object({ perClass: z.int().positive(), seed: z.int() }).nullable().default(null),
})

export const studyCost = z.object({
  /** Forward passes in all, and how many of them are stored already. */
  passes: z.int(),
  cached: z.int(),
  images: z.int(),
  conditions: z.int(),
  /** From a short trial or earlier runs of the same model; null when unknown. */
  seconds: z.number().nullable(),
  warnings: z.array(errorShape),
})

/** The benchmarks as one: which of them (all when left out) for which models. */
export const suiteInput = z.object({
  modelIds: z.array(id).min(1),
  kinds: z.array(z.string()).optional(),
  /** quick: corruptions and perturbations on few images, perturbations with every fifth frame. */
  preset: z.enum(['full', 'quick']).default('full'),
  sample: z.object({ perClass: z.int().positive(), seed: z.int() }).nullable().default(null),
})

export const suitePlan = z.object({
  entries: z.array(z.object({ title: z.string(), dataset: z.string(), input: studyInput, cost: studyCost })),
  /** Benchmarks that the datasets of the workspace do not allow, and why. */
  missing: z.array(z.object({ kind: z.string(), title: z.string(), problem: errorShape })),
})

export const rankingInput = z.object({
  /** All models when left out. */
  modelIds: z.array(id).optional(),
  /** Model whose values are taken off those of the others. */
  reference: id.nullable().default(null),
})

/** Models x metrics; a value that was not measured is left out. */
export const ranking = z.object({
  metrics: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      unit: z.enum(['fraction', 'number']),
      better: z.enum(['higher', 'lower']),
    }),
  ),
  reference: id.nullable(),
  models: z.array(
    z.object({
      modelId: id,
      title: z.string(),
      values: z.array(
        z.object({
          key: z.string(),
          value: z.number(),
          interval: interval.nullable(),
          n: z.int(),
          /** Value minus that of the reference; null without one. */
          delta: z.number().nullable(),
          studyId: id,
        }),
      ),
    }),
  ),
  /** What the paper's Tables 5 and 6 print. */
  reported: z.array(reportedValue),
})

/** A measured image of one cell. */
export const studyRow = z.object({
  imageId: id,
  image: z.string(),
  trueClass: z.int(),
  correct: z.boolean(),
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
  correct: z.boolean(),
  predicted: z.int(),
  label: z.string(),
  confidence: z.number(),
  trueProbability: z.number(),
  trueRank: z.int(),
})

export const studies = {
  kinds: oc.output(z.array(studyKind)),
  list: oc.output(z.array(study)),
  get: oc.input(byId).output(study),
  cost: oc.input(studyInput).output(studyCost),
  /** The stored study that this input describes, if there is one. */
  find: oc.input(studyInput).output(study.nullable()),
  /** What of the suite can be run, with its cost. Nothing is stored. */
  suiteCost: oc.input(suiteInput).output(suitePlan),
  /** Stores and queues what can be run; a study that is there already is queued again instead. */
  suite: oc.input(suiteInput).output(z.object({ studies: z.array(study), missing: suitePlan.shape.missing })),
  ranking: oc.input(rankingInput).output(ranking),
  /** Stores the study and queues its job. */
  run: oc.input(studyInput).output(study),
  /** Queues the job again: only what is missing is computed. */
  rerun: oc.input(z.object({ id, modelIds: z.array(id).optional() })).output(study),
  rename: oc.input(z.object({ id, title: z.string().min(1) })).output(study),
  remove: oc.input(byId).output(ok),
  result: oc.input(byId).output(studyResult),
  rows: oc
    .input(
      z.object({
        id,
        modelId: id,
        key: z.string(),
        after: id.nullable().default(null),
        limit: z.int().min(1).max(10000).default(1000),
      }),
    )
    .output(z.object({ rows: z.array(studyRow), next: id.nullable() })),
  /** Images whose outcome differs between the study's baseline and one cell. */
  flips: oc
    .input(
      z.object({
        id,
        modelId: id,
        key: z.string(),
        direction: z.enum(['lost', 'gained', 'both']).default('lost'),
        after: id.nullable().default(null),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(z.object({ rows: z.array(imageRow), next: id.nullable(), total: z.int() })),
  /** One image through all conditions of a study, model by model: how its true class fares. */
  image: oc.input(z.object({ id, imageId: id })).output(z.object({ rows: z.array(studyImageRow) })),
  /** The random draws of a study as one replayable JSON document. */
  draws: oc.input(byId).output(z.object({ json: z.string() })),
  /** Stores a draws file in the workspace; its digest is then a parameter (`draws`) of a study. */
  importDraws: oc.input(z.object({ path: z.string() })).output(z.object({ digest: z.string() })),
}

export type SuiteInput = z.infer<typeof suiteInput>
export type SuitePlan = z.infer<typeof suitePlan>
export type RankingInput = z.infer<typeof rankingInput>
export type Ranking = z.infer<typeof ranking>
export type StudyKind = z.infer<typeof studyKind>
export type Study = z.infer<typeof study>
export type StudyInput = z.infer<typeof studyInput>
export type StudyCondition = z.infer<typeof studyCondition>
export type StudyCost = z.infer<typeof studyCost>
export type StudyFailure = z.infer<typeof studyFailure>
export type StudyResult = z.infer<typeof studyResult>
export type StudyImageRow = z.infer<typeof studyImageRow>
export type StudyRow = z.infer<typeof studyRow>
export type PairedTest = z.infer<typeof pairedTest>
export type ReportedValue = z.infer<typeof reportedValue>
export type DataTable = z.infer<typeof dataTable>
