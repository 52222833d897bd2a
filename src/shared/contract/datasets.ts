import { oc } from '@orpc/contract'
import { z } from 'zod'
import { byId, errorShape, id, ok } from './common.ts'
import { predictionTop } from './models.ts'

/** What a folder was recognised as, by structure and names. The sample's suites are laid out like their originals. */
export const recognised = z.enum([
  'imagenet-val',
  'imagenet-a',
  'imagenet-r',
  'imagenet-o',
  'imagenet-c',
  'imagenet-p',
  'imagenet-9',
  'cifar-10',
  'cifar-100',
  'cifar-10-c',
  'cifar-100-c',
  'folders',
  'csv',
  'unlabelled',
])

/** What was found of a dataset against what its kind should hold. Written at the end of indexing. */
export const datasetReport = z.object({
  /** Why it was taken for what it is. */
  reason: z.string(),
  /** Images the published set has; null where there is no such number. */
  expected: z.int().nullable(),
  found: z.int(),
  unreadable: z.int(),
  /** Images without a class: they are indexed and left out of studies. */
  unlabelled: z.int(),
  /** Images whose bytes another image of the same part has too. */
  duplicates: z.int(),
  /** Images that are there twice under different classes. */
  contradictions: z.int(),
  missingParts: z.array(z.string()),
  /** Folders that are no part of this kind of dataset. */
  unknownParts: z.array(z.string()),
  missingClasses: z.array(z.string()),
  /** Folders that are no class of this kind of dataset. */
  unknownClasses: z.array(z.string()),
  /** One line each, for people: all of the above that is out of order, and what cannot be said in numbers. */
  remarks: z.array(z.string()),
})

export const dataset = z.object({
  id,
  title: z.string(),
  path: z.string(),
  /** folders: class subfolders; csv: flat folder with a CSV of labels; unlabelled: flat folder. */
  layout: z.enum(['folders', 'csv', 'unlabelled']),
  recognised,
  /** null before the first indexing has ended. */
  report: datasetReport.nullable(),
  /** Parts of a dataset that shows pictures in several versions, e.g. "gaussian_noise/3", in the order of its kind. */
  parts: z.array(z.object({ name: z.string(), images: z.int() })),
  images: z.int(),
  unreadable: z.int(),
  classes: z.array(z.object({ index: z.int(), name: z.string(), images: z.int() })),
  state: z.enum(['indexing', 'ready', 'failed']),
  problem: errorShape.nullable(),
  addedAt: z.int(),
})

export const imageRow = z.object({
  id,
  datasetId: id,
  /** Path inside the dataset, for display. */
  name: z.string(),
  classIndex: z.int().nullable(),
  className: z.string().nullable(),
  part: z.string().nullable(),
  width: z.int(),
  height: z.int(),
  bytes: z.int(),
  problem: errorShape.nullable(),
})

/** All parts must hold. `outcome` and `confidence` speak of the clean prediction, or of `conditionId` where given. */
export const imageFilter = z.object({
  classIndex: z.int().optional(),
  part: z.string().optional(),
  readable: z.boolean().optional(),
  search: z.string().optional(),
  outcomes: z
    .array(z.object({ modelId: id, outcome: z.enum(['correct', 'wrong']), conditionId: id.optional() }))
    .optional(),
  confidence: z
    .object({
      modelId: id,
      min: z.number().min(0).max(1),
      max: z.number().min(0).max(1),
      conditionId: id.optional(),
    })
    .optional(),
})

export const imagePage = z.object({
  rows: z.array(imageRow),
  /** Pass as `after` for the next page; null on the last one. */
  next: id.nullable(),
})

export const imagePrediction = z.object({
  modelId: id,
  modelTitle: z.string(),
  conditionId: id,
  correct: z.boolean().nullable(),
  trueRank: z.int().nullable(),
  trueProbability: z.number().nullable(),
  top: z.array(predictionTop),
})

export const datasets = {
  list: oc.output(z.array(dataset)),
  get: oc.input(byId).output(dataset),
  /** Starts indexing in a job and returns at once. */
  add: oc
    .input(z.object({ path: z.string(), title: z.string().optional(), labels: z.string().optional() }))
    .output(z.object({ dataset, jobId: id })),
  reindex: oc.input(byId).output(z.object({ jobId: id })),
  remove: oc.input(byId).output(ok),
  images: oc
    .input(
      z.object({
        datasetId: id,
        filter: imageFilter.default({}),
        after: id.nullable().default(null),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(imagePage),
  count: oc
    .input(z.object({ datasetId: id, filter: imageFilter.default({}) }))
    .output(z.object({ images: z.int() })),
  /** Predictions are those of the image as it is, or under a stored condition. */
  image: oc.input(byId.extend({ conditionId: id.optional() })).output(
    z.object({
      image: imageRow,
      /** Absolute path, to show the file in its folder. */
      path: z.string(),
      predictions: z.array(imagePrediction),
      previous: id.nullable(),
      next: id.nullable(),
    }),
  ),
}

export type Recognised = z.infer<typeof recognised>
export type DatasetReport = z.infer<typeof datasetReport>
export type Dataset = z.infer<typeof dataset>
export type ImageRow = z.infer<typeof imageRow>
export type ImageFilter = z.infer<typeof imageFilter>
export type ImagePage = z.infer<typeof imagePage>
export type ImagePrediction = z.infer<typeof imagePrediction>
