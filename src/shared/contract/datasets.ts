import { oc } from '@orpc/contract'
import { z } from 'zod'
import { changeName } from '../changedModel.ts'
import { recognisedIds } from '../datasetKinds.ts'
import { byId, errorShape, id, removed } from './common.ts'
import { confusion } from './confusion.ts'
import { datasetReport } from './datasetReport.ts'
import { folderCheck } from './folderCheck.ts'
import { imageFacets } from './facets.ts'
import { factOf, imageFilter, imageOrder, imageSelection } from './imageFilter.ts'
import { predictionTop } from './models.ts'
import { working } from './working.ts'

/** The kind that a folder was recognised as. */
const recognised = z.enum(recognisedIds)

export const dataset = z.object({
  id,
  title: z.string(),
  path: z.string(),
  /**
   * folders: class subfolders; csv: a flat folder with a CSV of labels; unlabelled: a flat folder; arrays: rows of
   * array files.
   */
  layout: z.enum(['folders', 'csv', 'unlabelled', 'arrays']),
  recognised,
  /** null until the first indexing has ended. */
  report: datasetReport.nullable(),
  /**
   * Parts of a dataset that holds several versions of its pictures, e.g. "gaussian_noise/3", in the order of its kind.
   */
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
  /** What the shown model says, where one was asked for and it was measured on the image. */
  answer: z.object({ label: z.string(), confidence: z.number(), correct: z.boolean().nullable() }).optional(),
})

const imagePage = z.object({
  rows: z.array(imageRow),
  /** The value of `after` for the next page; null on the last page. */
  next: id.nullable(),
  /** Position of the first row in the whole list; null where pages are read by `after` only. */
  from: z.int().nullable(),
})

/** A stored condition that some model was measured under on images of a dataset. */
const measuredCondition = z.object({
  conditionId: id,
  /** In a few words. */
  title: z.string(),
  transform: z.record(z.string(), z.unknown()),
  modelIds: z.array(id),
})

/** A model with blocks removed or kernels cut that was measured on images of a dataset. */
const changedModel = z.object({
  changed: changeName,
  /** In words that follow a model's title. */
  title: z.string(),
  modelIds: z.array(id),
})

const over = z.object({ datasetId: id, filter: imageFilter.default({}) })
const order = imageOrder.default({ by: 'place', descending: false })

const imagePrediction = z.object({
  modelId: id,
  modelTitle: z.string(),
  conditionId: id,
  correct: z.boolean().nullable(),
  trueRank: z.int().nullable(),
  trueProbability: z.number().nullable(),
  top: z.array(predictionTop),
})

/** What a changed model predicts for an image: its first class, and its probability of the true class. */
const changedAnswer = z.object({
  modelId: id,
  changed: changeName,
  /** In words that follow the model's title. */
  title: z.string(),
  correct: z.boolean().nullable(),
  trueProbability: z.number().nullable(),
  first: predictionTop,
})

/** An unchanged image, or an image under a condition: a stored condition by id, or the condition of a transform. */
const imageUnder = byId.extend({ conditionId: id.optional(), transform: z.string().optional() })

export const datasets = {
  list: oc.output(z.array(dataset)),
  get: oc.input(byId).output(dataset),
  /** What unpacking a packed tar (.tar.gz) into the workspace would take, in bytes; null for what is read in place. */
  unpacking: oc
    .input(z.object({ path: z.string() }))
    .output(z.object({ packed: z.int(), unpacked: z.int(), free: z.int() }).nullable()),
  /** Starts indexing in a job and returns at once. */
  add: oc
    .input(
      z.object({
        path: z.string(),
        title: z.string().optional(),
        labels: z.string().optional(),
        /** Lets a packed tar (.tar.gz) be unpacked into the workspace; without it, one is refused. */
        unpack: z.boolean().default(false),
      }),
    )
    .output(z.object({ dataset, jobId: id })),
  reindex: oc.input(byId).output(z.object({ jobId: id })),
  rename: oc.input(byId.extend({ title: z.string().trim().min(1) })).output(dataset),
  remove: oc.input(byId).output(removed),
  /** A page of images that starts at a position (`from`) or after an image (`after`). */
  images: oc
    .input(
      over.extend({
        order,
        /** Rows tell what this model says of them. */
        shownFact: factOf.optional(),
        from: z.int().min(0).optional(),
        after: id.nullable().default(null),
        limit: z.int().min(1).max(1000).default(200),
      }),
    )
    .output(imagePage),
  count: oc.input(over).output(z.object({ images: z.int() })),
  /**
   * The position of an image in a list, and its neighbours there. The position is null where the filter excludes the
   * image.
   */
  place: oc.input(over.extend({ order, imageId: id })).output(
    z.object({
      place: z.int().nullable(),
      previous: id.nullable(),
      next: id.nullable(),
      images: z.int(),
    }),
  ),
  facets: oc.input(over.extend({ shownFacts: z.array(factOf).max(8).default([]) })).output(imageFacets),
  confusion: oc
    .input(
      over.extend({
        shownFact: factOf,
        /** Largest number of listed mistakes. */
        pairs: z.int().min(0).max(1000).default(100),
        /** Number of classes in the matrix, the most confused first; 0 for no matrix. */
        matrix: z.int().min(0).max(200).default(0),
      }),
    )
    .output(confusion),
  conditions: oc.input(z.object({ datasetId: id })).output(z.array(measuredCondition)),
  changedModels: oc.input(z.object({ datasetId: id })).output(z.array(changedModel)),
  /** How many images a selection has. */
  selected: oc
    .input(z.object({ datasetId: id, selection: imageSelection }))
    .output(z.object({ images: z.int() })),
  /** Writes a selection as CSV: path, class, size and digest of every image. */
  exportList: oc
    .input(z.object({ datasetId: id, selection: imageSelection, order, path: z.string().optional() }))
    .output(z.object({ path: z.string(), bytes: z.int(), images: z.int() })),
  /**
   * Compares a sample of the files with what was indexed, in the dataset's folder or another one: by size and time, and by
   * digest where the time differs, or in another folder.
   */
  check: oc
    .input(z.object({ id, path: z.string().optional(), sample: z.int().min(1).max(10_000).default(200) }))
    .output(folderCheck),
  /**
   * Reads every file and compares its digest with the one that was indexed. Sends progress; ends when the signal aborts.
   * @throws FILE_MISSING where the folder is gone
   */
  checkAll: oc.input(byId).output(working(folderCheck)),
  /**
   * Sets the new folder of a dataset that was moved, and indexes it.
   * @throws DATASET_MOVED where its files differ from the indexed ones, unless forced
   */
  reroot: oc
    .input(z.object({ id, path: z.string(), force: z.boolean().default(false) }))
    .output(z.object({ dataset, check: folderCheck, jobId: id })),
  /** Computes what one model predicts for an image under a transform (its JSON text). Nothing is stored. */
  ask: oc
    .input(z.object({ imageId: id, modelId: id, transform: z.string() }))
    .output(imagePrediction.omit({ conditionId: true })),
  /** An image with its stored predictions. There are none where the condition was never measured. */
  image: oc.input(imageUnder).output(
    z.object({
      image: imageRow,
      /** Absolute path; of an image in an archive or array file, the path of that file followed by the place inside. */
      path: z.string(),
      /** The file on disk that holds it, to show it in its folder. */
      file: z.string(),
      /** Where in that file it is; null where the file is the image. */
      inside: z.string().nullable(),
      /** SHA-256 of the file; null where the file was not read. */
      digest: z.string().nullable(),
      predictions: z.array(imagePrediction),
      tags: z.array(z.string()),
      note: z.string(),
      previous: id.nullable(),
      next: id.nullable(),
    }),
  ),
  /**
   * Stored predictions of models, with their current settings, that have blocks removed or kernels cut, ordered by
   * model and title.
   */
  changedAnswers: oc.input(imageUnder).output(z.array(changedAnswer)),
}

export type Recognised = z.infer<typeof recognised>
export type Dataset = z.infer<typeof dataset>
export type ImageRow = z.infer<typeof imageRow>
export type MeasuredCondition = z.infer<typeof measuredCondition>
export type ChangedModel = z.infer<typeof changedModel>
export type ChangedAnswer = z.infer<typeof changedAnswer>
export type ImagePrediction = z.infer<typeof imagePrediction>
