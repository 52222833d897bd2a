import { z } from 'zod'
import { saliencyMethod } from '../saliencyMethods/index.ts'
import { byId, definition, id } from './common.ts'
import { predictionTop } from './models.ts'

/** A row of the workspace, or a file that the user chose (in a dialog, by a drop or on the command line). */
export const source = z.union([byId, z.object({ path: z.string().min(1) })])

/** Smallest and largest value of an array of numbers. */
const range = z.object({ min: z.number(), max: z.number() })

/** Members of every result. */
const made = {
  /** Key of the arrays in byte addresses (`#shared/bytes.ts`). */
  key: z.string(),
  /** Height and width of the model's input in pixels. */
  size: z.tuple([z.int(), z.int()]),
  definitions: z.array(definition),
  provider: z.string(),
  /** Time of the whole computation; 0 where the result was cached. */
  milliseconds: z.number(),
}

/** Which part of an attention matrix: the row of one query, the mean over all queries, or the rollout up to a layer. */
export const attentionReading = z.enum(['row', 'mean', 'rollout'])

const attentionLayer = z.object({
  /** From 0. */
  layer: z.int(),
  heads: z.int(),
  /** Range of the patches' attention over all heads of the layer. */
  row: range,
  mean: range,
  rollout: range,
  /** Per head: share of the query's attention that goes to tokens other than patches (class token, registers). */
  elsewhere: z.array(z.number()),
})

export const attentionMapsResult = z.object({
  ...made,
  /** Patches down and across. Every map has this shape. */
  grid: z.tuple([z.int(), z.int()]),
  hasClassToken: z.boolean(),
  /** The query whose row `row` and `rollout` show. `patch` is a row-major index, null for the class token. */
  query: z.object({ token: z.enum(['class', 'patch']), patch: z.int().nullable() }),
  layers: z.array(attentionLayer),
  top: z.array(predictionTop),
})

/** The class whose output is explained: the image's true class, the predicted class, or a given class. */
export const saliencyTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('predicted') }),
  z.object({ kind: z.literal('true') }),
  z.object({ kind: z.literal('class'), index: z.int().min(0) }),
])

/** What is explained: the output itself, or the cross entropy of the softmax with the target class. */
export const explained = z.enum(['logit', 'crossEntropy'])

export const saliencyResult = z.object({
  ...made,
  method: saliencyMethod,
  of: explained,
  target: z.object({ index: z.int(), label: z.string(), output: z.number(), probability: z.number() }),
  /** null where the image has no class, or the model does not know it. */
  trueClass: z.object({ index: z.int(), label: z.string() }).nullable(),
  top: z.array(predictionTop),
  /** Range of the sum of magnitudes over the channels, and of the signed sum. */
  magnitude: range,
  signed: range,
  /**
   * Integrated gradients should add up to the difference between the outputs of the image and of the baseline. `gap` is
   * the relative error.
   */
  completeness: z.object({ sum: z.number(), difference: z.number(), gap: z.number() }).nullable(),
  /** Title of the feature map that the method read; null where it read none. Results of earlier versions have none. */
  layer: z.string().nullable().default(null),
})

export const featurePoint = z.object({
  index: z.int(),
  kind: z.enum(['stem', 'block', 'transition']),
  /** From 1; 0 for the stem. */
  stage: z.int(),
  title: z.string(),
  tensor: z.string(),
  /** Shape for one image: [C,H,W], [H,W,C] or [T,C]; null where it is unknown. */
  shape: z.array(z.int()).nullable(),
})

/**
 * contribution: shares of the contributions themselves. published: shares of log10(x + 1), as in RepLKNet's
 * analyze_erf.py, for squares of odd side that must exceed the threshold.
 */
const areaDefinition = z.enum(['contribution', 'published'])

const contributionArea = z.object({
  definition: areaDefinition,
  threshold: z.number(),
  /** Side in pixels; null where no square of the map holds that share. */
  side: z.int().nullable(),
  /** Area of the square divided by the area of the map. */
  ratio: z.number().nullable(),
})

export const receptiveFieldResult = z.object({
  ...made,
  point: featurePoint,
  /**
   * Images whose contributions were averaged; `failed` counts images that could not be read or had no finite gradient.
   */
  images: z.int(),
  failed: z.int(),
  contribution: range,
  areas: z.array(contributionArea),
})

export const gradientResult = z.object({
  /** float32 [N,3,H,W], d(logit or cross entropy)/d(image in [0,1]). Rows of images that failed are NaN. */
  path: z.string(),
  /** A JSON file beside it: model, definition, and for each row its file, label and problem. */
  rows: z.string(),
  shape: z.array(z.int()),
  failed: z.int(),
  provider: z.string(),
  milliseconds: z.number(),
})

/**
 * Images that are measured together: drawn by seed from a dataset, or the first files of a folder by name, or one file.
 */
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
    /** From 0; null for the mean over heads. */
    head: z.int().min(0).nullable().default(null),
  }),
  z.object({ of: z.literal('saliency'), as: z.enum(['magnitude', 'signed']).default('magnitude') }),
  /** picture: log10(9 x + 1), where x is the contribution divided by the largest contribution. */
  z.object({ of: z.literal('receptiveField'), as: z.enum(['picture', 'contribution']).default('picture') }),
])

export type Source = z.infer<typeof source>
export type Range = z.infer<typeof range>
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
