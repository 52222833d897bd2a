import { z } from 'zod'
import { saliencyMethod } from '../saliencyMethods/index.ts'
import { byId, definition, id } from './common.ts'
import { predictionTop } from './models.ts'

/** A row of the workspace, or a file of the user's (from a dialog, a drop or the command line). */
export const source = z.union([byId, z.object({ path: z.string().min(1) })])

/** Lowest and highest value of an array of numbers. */
const range = z.object({ min: z.number(), max: z.number() })

/** What is done so far; `note` says where it runs. */
export const mapProgress = z.object({
  type: z.literal('progress'),
  done: z.int(),
  total: z.int(),
  /** What is counted, e.g. "images". */
  unit: z.string(),
  note: z.string(),
})

/** Part of every result. */
const made = {
  /** Names the arrays in byte addresses (`#shared/bytes.ts`). */
  key: z.string(),
  /** Height and width of the model's input in pixels. */
  size: z.tuple([z.int(), z.int()]),
  definitions: z.array(definition),
  provider: z.string(),
  /** Of the whole computation; 0 where it was kept from before. */
  milliseconds: z.number(),
}

/** Of an attention matrix: the row of one query, the mean over all queries, or the rollout up to a layer. */
export const attentionReading = z.enum(['row', 'mean', 'rollout'])

const attentionLayer = z.object({
  /** From 0. */
  layer: z.int(),
  heads: z.int(),
  /** Of the patches' attention over all heads of the layer. */
  row: range,
  mean: range,
  rollout: range,
  /** Share of the query's attention that goes to tokens that are no patches (class token, registers), per head. */
  elsewhere: z.array(z.number()),
})

export const attentionMapsResult = z.object({
  ...made,
  /** Patches down and across: the shape of every map. */
  grid: z.tuple([z.int(), z.int()]),
  hasClassToken: z.boolean(),
  /** Whose row `row` and `rollout` show; `patch` is row-major, null for the class token. */
  query: z.object({ token: z.enum(['class', 'patch']), patch: z.int().nullable() }),
  layers: z.array(attentionLayer),
  top: z.array(predictionTop),
})

/** Whose output is explained: the image's true class, the predicted one, or any. */
export const saliencyTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('predicted') }),
  z.object({ kind: z.literal('true') }),
  z.object({ kind: z.literal('class'), index: z.int().min(0) }),
])

/** The output itself, or the cross entropy of the softmax with the target. */
export const explained = z.enum(['logit', 'crossEntropy'])

export const saliencyResult = z.object({
  ...made,
  method: saliencyMethod,
  of: explained,
  target: z.object({ index: z.int(), label: z.string(), output: z.number(), probability: z.number() }),
  /** null where the image has no class that the model knows. */
  trueClass: z.object({ index: z.int(), label: z.string() }).nullable(),
  top: z.array(predictionTop),
  /** Of the sum of magnitudes over the channels, and of the signed sum. */
  magnitude: range,
  signed: range,
  /** Integrated gradients add up to what the image adds to the baseline's output; `gap` is what is missing, relative. */
  completeness: z.object({ sum: z.number(), difference: z.number(), gap: z.number() }).nullable(),
})

export const featurePoint = z.object({
  index: z.int(),
  kind: z.enum(['stem', 'block', 'transition']),
  /** From 1; 0 for the stem. */
  stage: z.int(),
  title: z.string(),
  tensor: z.string(),
  /** Of one image: [C,H,W], [H,W,C] or [T,C]; null where it is not known. */
  shape: z.array(z.int()).nullable(),
})

/**
 * contribution: shares of the contributions themselves. published: as RepLKNet's analyze_erf.py, of log10(x + 1), with
 * squares of odd side that must exceed the threshold.
 */
const areaDefinition = z.enum(['contribution', 'published'])

const contributionArea = z.object({
  definition: areaDefinition,
  threshold: z.number(),
  /** Pixels; null where no square of the map holds that much. */
  side: z.int().nullable(),
  /** Area of the square over that of the map. */
  ratio: z.number().nullable(),
})

export const receptiveFieldResult = z.object({
  ...made,
  point: featurePoint,
  /** Images whose contributions were averaged, and those that could not be read or gave no finite gradient. */
  images: z.int(),
  failed: z.int(),
  contribution: range,
  areas: z.array(contributionArea),
})

export const gradientResult = z.object({
  /** float32 [N,3,H,W], d(logit or cross entropy)/d(image in [0,1]); rows of images that failed are NaN. */
  path: z.string(),
  /** JSON beside it: model, definition, and file, label and problem of each row. */
  rows: z.string(),
  shape: z.array(z.int()),
  failed: z.int(),
  provider: z.string(),
  milliseconds: z.number(),
})

/** Images that are measured together: drawn by seed from a dataset, or the first of a folder or file by name. */
export const imageSet = z.union([
  z.object({ datasetId: id, count: z.int().min(1).max(5000), seed: z.int().min(0).default(0) }),
  z.object({ path: z.string().min(1), count: z.int().min(1).max(5000) }),
])

/** One picture of a result. */
export const mapView = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('attention'),
    reading: attentionReading.default('row'),
    layer: z.int().min(0),
    /** From 0; null is the mean over heads. */
    head: z.int().min(0).nullable().default(null),
  }),
  z.object({ of: z.literal('saliency'), as: z.enum(['magnitude', 'signed']).default('magnitude') }),
  /** picture: log10(9 x + 1) of the contributions over the largest, as it is shown. */
  z.object({ of: z.literal('receptiveField'), as: z.enum(['picture', 'contribution']).default('picture') }),
])

export type Source = z.infer<typeof source>
export type Range = z.infer<typeof range>
export type MapProgress = z.infer<typeof mapProgress>
export type AttentionReading = z.infer<typeof attentionReading>
export type AttentionMapsResult = z.infer<typeof attentionMapsResult>
export type SaliencyTarget = z.infer<typeof saliencyTarget>
export type Explained = z.infer<typeof explained>
export type SaliencyResult = z.infer<typeof saliencyResult>
export type FeaturePoint = z.infer<typeof featurePoint>
export type ContributionArea = z.infer<typeof contributionArea>
export type ReceptiveFieldResult = z.infer<typeof receptiveFieldResult>
export type GradientResult = z.infer<typeof gradientResult>
export type MapView = z.infer<typeof mapView>
export type ImageSet = z.infer<typeof imageSet>
export { saliencyMethod, type SaliencyMethod } from '../saliencyMethods/index.ts'
