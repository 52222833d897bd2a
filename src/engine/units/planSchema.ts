import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { partSchema } from './container.ts'

const id = z.int().positive()
const digest = z.string().regex(/^[0-9a-f]{64}$/)
/** A row of the workspace as it is stored, by column. */
const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))

/** A model of a plan: the columns of its row, by which variants get the same keys as here. */
const planModel = z.object({ id, title: z.string(), digest, path: z.string(), bytes: z.int(), row })

const planDataset = z.object({
  id,
  title: z.string(),
  /** The folder, archive or array file that names of images are relative to. */
  root: z.string(),
  row,
  classes: z.array(z.object({ index: z.int(), name: z.string(), images: z.int() })),
  /** The one size of its images [height, width] in pixels; null where they differ. */
  size: z.tuple([z.int(), z.int()]).nullable(),
  /** All parts that its images name. */
  parts: z.array(z.string()),
})

/** Images that conditions share: all or those chosen for the study, of a part or of some classes of a dataset, in the order in which the study measures them, cut into parts of the file. */
const planSource = z.object({
  datasetId: id,
  chosen: z.boolean(),
  part: z.string().nullable(),
  classes: z.array(z.string()).nullable(),
  images: z.int().nonnegative(),
  /** Names of the parts, and how many images each has. */
  pieces: z.array(z.object({ part: z.string(), images: z.int().positive() })),
})

/** What one model is measured under, and how that is cut. */
const planWork = z.object({
  /** Id of the model as the study shows it (`shownId`). */
  modelId: id,
  title: z.string(),
  /** Keys of its conditions, in the order of the study, each with the place of its source in the plan. */
  conditions: z.array(z.object({ key: z.string(), source: z.int().nonnegative() })),
  /** First and last condition (left out) of each group that is measured together. */
  groups: z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()])),
  /** Images of a unit; null where a unit takes all of them. */
  images: z.int().positive().nullable(),
  /** Whether conditions may be measured without the others. */
  conditionsApart: z.boolean(),
  /** What decides the keys of its facts (`setupDigest`). */
  setup: digest,
  /** Estimated seconds for an image under all conditions of a group, by group. */
  secondsPerImage: z.array(z.number().nonnegative()),
  /** Whether the speed was measured; guessed from the size of the model otherwise. */
  measured: z.boolean(),
})

/** The head of a plan. Ids are those of the workspace that wrote it. */
export const planSchema = z.object({
  kernelscope: z.string(),
  onnxruntime: z.string(),
  schema: z.int(),
  study: z.object({ id, kind: z.string(), title: z.string(), createdAt: z.int(), row, models: z.array(id) }),
  /** Where models run: the settings of the workspace, which a node may replace. */
  settings: z.object({ provider: z.string(), threads: z.int(), batch: z.int() }),
  models: z.array(planModel),
  datasets: z.array(planDataset),
  sources: z.array(planSource),
  /** Whether images can be measured without the others; false where draws belong to groups, or to all images of a study. */
  apart: z.boolean(),
  work: z.array(planWork),
  minutes: z.number().positive(),
  /** Batch sizes that were settled here, so that nodes use the same shapes. */
  variants: z.array(
    z.object({ model: digest, key: z.string(), batch: id, secondsPerImage: z.number().nullable() }),
  ),
  /** Draws, lists and pictures that the study names, as files of the folder of draws or rows of text. */
  draws: z.array(
    z.object({ name: z.string().regex(/^[0-9a-f]{64}(\.replay)?\.(json|sqlite|ice)$/), part: z.string() }),
  ),
  texts: z.array(z.object({ digest: z.string(), text: z.string() })),
  parts: z.array(partSchema),
})
export type PlanHead = z.infer<typeof planSchema>
export type PlanModel = PlanHead['models'][number]
export type PlanDataset = PlanHead['datasets'][number]

/** Makes the error of a file that is not the plan it should be. */
export const refusePlan =
  (path: string) =>
  (why: string): KernelscopeError =>
    new KernelscopeError('PLAN_MALFORMED', `${path}: ${why}`)

/** A plan as `readPlan` gives it. */
export interface Plan {
  path: string
  /** Names the plan: sha256 of its head, hex. */
  digest: string
  head: PlanHead
}

/** One unit of a plan: one model, some of its conditions, a range of the images in the study's order. */
export interface Unit {
  /** Number from 1; followed by a and b for the halves of a unit, e.g. "12ab". */
  name: string
  /** Id of the model as the study shows it. */
  modelId: number
  title: string
  /** Places among the conditions of the model: from the first up to the second, which is left out. */
  conditions: readonly [number, number]
  /** Places in the order of each source: from the first up to the second, which is left out. */
  images: readonly [number, number]
  /** Facts that it computes at most: of a study that stores something else than predictions, the images. */
  answers: number
  /** Estimated seconds on the machine that wrote the plan. */
  seconds: number
}
