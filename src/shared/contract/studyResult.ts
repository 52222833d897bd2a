import { z } from 'zod'
import { changeName } from '../changedModel.ts'
import { figureSpec } from '../figures/spec.ts'
import { errorCode, id, interval } from './common.ts'
import { conditionWords } from './conditionWords.ts'

/** One cell of the grid models x conditions. */
export const studyCondition = conditionWords.extend({
  modelId: id,
  model: z.string(),
  /** Stable key inside the study, e.g. "ratio=0.5,repeat=0". */
  key: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /**
   * Ids of the stored conditions behind this cell (several only in the published one-mask-per-batch form); none before a run
   * has stored them.
   */
  conditionIds: z.array(id),
  /**
   * Whether its facts are those of the unchanged model. Where blocks were removed or kernels masked, or where the cell has
   * a readout or preprocessing of its own, the same conditions hold other facts for the model itself.
   */
  unchangedModel: z.boolean(),
  /** The changed model these facts are of, where it has a name (`FactOf.changed`). */
  changed: changeName.optional(),
  /** Whether its images are adversarial, and can be saved as such. */
  attacked: z.boolean(),
  n: z.int(),
  correct: z.int(),
  correct5: z.int(),
  top1: z.number().nullable(),
  top5: z.number().nullable(),
  interval: interval.nullable(),
  /** Images of this cell that could not be measured. */
  failed: z.int(),
})

/** Conditions of a study beyond this many are not tested pair by pair; the first ones are. */
export const testedConditions = 40

const pairedTest = z.object({
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
  /** Columns of the conditions: only rows that are equal in them are compared for the best. All rows when left out. */
  comparedWithin: z.array(z.string()).optional(),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
})

/** Why images could not be measured, most frequent first. */
const studyFailure = z.object({
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
  /** Title of the axis along which the conditions lie; null where they only have an order. */
  axis: z.string().nullable(),
  conditions: z.array(studyCondition),
  tests: z.array(pairedTest),
  tables: z.array(dataTable),
  figures: z.array(figureSpec),
  reported: z.array(reportedValue),
  failures: z.array(studyFailure),
  /** What was used: definition, seed, images, preprocessing, runtime. Written under every figure. */
  provenance: z.array(z.string()),
})

export type StudyCondition = z.infer<typeof studyCondition>
export type PairedTest = z.infer<typeof pairedTest>
export type ReportedValue = z.infer<typeof reportedValue>
export type DataTable = z.infer<typeof dataTable>
export type StudyFailure = z.infer<typeof studyFailure>
export type StudyResult = z.infer<typeof studyResult>
