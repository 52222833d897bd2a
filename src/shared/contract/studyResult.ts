import { z } from 'zod'
import { changeName } from '../changedModel.ts'
import { dataTable } from '../figures/dataTable.ts'
import { figureSpec } from '../figures/spec.ts'
import { errorCode, id, interval } from './common.ts'
import { conditionWords } from './conditionWords.ts'
import { sequence } from './stopping.ts'
import { studyProgress } from './studyInput.ts'

/** One cell of the grid models x conditions. */
export const studyCondition = conditionWords.extend({
  modelId: id,
  model: z.string(),
  /** Stable key inside the study, e.g. "ratio=0.5,repeat=0". */
  key: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /**
   * Ids of the stored conditions behind this cell; empty before a run has stored them. There are several only in the
   * published one-mask-per-batch form.
   */
  conditionIds: z.array(id),
  /**
   * Whether its facts belong to the unchanged model. They do not where blocks were removed or kernels masked, or where
   * the cell has a readout or preprocessing of its own: the model itself then has other facts under the same
   * conditions.
   */
  unchangedModel: z.boolean(),
  /** Name of the changed model that the facts belong to, where it has one (`FactOf.changed`). */
  changed: changeName.optional(),
  /** Whether its images are adversarial and can be saved. */
  attacked: z.boolean(),
  n: z.int(),
  correct: z.int(),
  correct5: z.int(),
  top1: z.number().nullable(),
  top5: z.number().nullable(),
  interval: interval.nullable(),
  /** What is known of top-1 over all images of the cell while some are missing; left out before a first look. */
  sequence: sequence.optional(),
  /** Images of this cell that could not be measured. */
  failed: z.int(),
  /** Images of this cell that were not tried yet. */
  missing: z.int().default(0),
})

/** Only the first conditions of a study, up to this number, are tested pair by pair. */
export const testedConditions = 40

const pairedTest = z.object({
  key: z.string(),
  a: id,
  b: id,
  /** Discordant counts of McNemar's exact test: images that only model a, or only model b, has right. */
  onlyA: z.int(),
  onlyB: z.int(),
  n: z.int(),
  p: z.number(),
  /** p corrected by Holm's method for all tests of the study. */
  adjusted: z.number(),
  /** Top-1 of a minus that of b on these images, with the 95 % interval of a difference of pairs (Newcombe 1998). */
  difference: z.number(),
  interval: interval.nullable(),
  /** What is known of the difference over all images, while some are missing; left out before a first look. */
  sequence: sequence.optional(),
})

export const reportedValue = z.object({
  model: z.string(),
  text: z.string(),
  value: z.number().nullable(),
  unit: z.string(),
  source: z.string(),
})

/** Why images could not be measured; the most frequent reason comes first. */
const studyFailure = z.object({
  modelId: id,
  code: errorCode,
  /** Message of the first failure. */
  message: z.string(),
  hint: z.string(),
  /** Number of pairs of image and condition. */
  n: z.int(),
  /** The first ten images. */
  imageIds: z.array(id),
})

export const studyResult = studyProgress.extend({
  studyId: id,
  /** Title of the axis that the conditions lie on; null where they only have an order. */
  axis: z.string().nullable(),
  conditions: z.array(studyCondition),
  tests: z.array(pairedTest),
  tables: z.array(dataTable),
  figures: z.array(figureSpec),
  reported: z.array(reportedValue),
  failures: z.array(studyFailure),
  /** Definition, seed, images, preprocessing and runtime. Written under every figure. */
  provenance: z.array(z.string()),
  /** Of a study that was run to its end: which models got another setup since, so that they have no numbers. */
  changed: z.array(z.string()).optional(),
})

export type StudyCondition = z.infer<typeof studyCondition>
export type PairedTest = z.infer<typeof pairedTest>
export type ReportedValue = z.infer<typeof reportedValue>
export type { DataTable } from '../figures/dataTable.ts'
export type StudyFailure = z.infer<typeof studyFailure>
export type StudyResult = z.infer<typeof studyResult>
