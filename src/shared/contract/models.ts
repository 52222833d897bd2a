import { oc } from '@orpc/contract'
import { z } from 'zod'
import { byId, errorShape, id, ok } from './common.ts'
import { labelSource, modelLabels } from './labels.ts'
import { inspection, modelFamily } from './inspection.ts'
import { selfCheck } from './selfCheck.ts'

export * from './inspection.ts'
export * from './labels.ts'
export * from './selfCheck.ts'

/**
 * How an image becomes the model's input, in this order: resize, centre crop, / 255, mean and std. `size` is
 * [height, width] of the input in pixels.
 */
export const preprocessing = z.object({
  size: z.tuple([z.int().positive(), z.int().positive()]),
  /**
   * shorter: the shorter side becomes `resizeTo`; squash: the image becomes `size`, whatever its proportions; none: the
   * image has this size already.
   */
  resize: z.enum(['shorter', 'squash', 'none']),
  resizeTo: z.int().positive().nullable(),
  interpolation: z.enum(['bilinear', 'bicubic']),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
})

/** What a model is used for. A saliency model provides saliency maps; it is measured only on request. */
export const modelRole = z.enum(['classifier', 'saliency'])

const model = z.object({
  id,
  title: z.string(),
  role: modelRole,
  path: z.string(),
  digest: z.string(),
  bytes: z.int(),
  family: modelFamily,
  parameters: z.int(),
  macs: z.number().nullable(),
  classes: z.int(),
  /** Side of the largest depthwise kernel; null without depthwise convolutions. */
  largestKernel: z.int().nullable(),
  preprocessing,
  /** Name of the label list, e.g. "imagenet1k" or "own". */
  labelSet: z.string(),
  labelSource,
  note: z.string(),
  /**
   * Result of checking the model's rewrites. null until the check has run, which happens in the background after the
   * model was added.
   */
  selfCheck: selfCheck.nullable(),
  /** Set where the file is missing, or has changed since the model was added. */
  problem: errorShape.nullable(),
  addedAt: z.int(),
})

/** One depthwise layer with its kernel attention distances (paper 4.6). */
export const kernelLayer = z.object({
  index: z.int(),
  node: z.string(),
  weight: z.string(),
  kernel: z.int(),
  channels: z.int(),
  stride: z.int(),
  /** The smaller kernel that runs parallel to this one and is added to it (unmerged RepLKNet). */
  beside: z.object({ node: z.string(), kernel: z.int() }).nullable().default(null),
  /**
   * Distances of the channels, ascending, without NaN. normalised: in [0,1] of the corner distance; published: not
   * bounded by 1.
   */
  distance: z.array(z.number()),
  /** The channel at each index of `distance`. */
  order: z.array(z.int()),
  /** Channels that are left out because all their weights are zero. */
  skipped: z.array(z.int()),
  uniform: z.number(),
  min: z.number(),
  max: z.number(),
})

/**
 * normalised: sum |w| d / sum |w| / (R sqrt 2), the paper's formula. published: as in the paper's code, which does not
 * divide by sum |w|.
 */
export const distanceDefinition = z.enum(['normalised', 'published'])

/** raw: as in the file. merged: with the parallel small kernel added to the large one, batch norms folded in. */
export const kernelForm = z.enum(['raw', 'merged'])

export const predictionTop = z.object({ classIndex: z.int(), label: z.string(), probability: z.number() })

export const models = {
  list: oc.output(z.array(model)),
  get: oc.input(byId).output(model),
  /** Reads the file and stores a reference to it, never the file itself. Adding a file again returns the same row. */
  add: oc.input(z.object({ path: z.string(), title: z.string().optional() })).output(model),
  remove: oc.input(byId).output(ok),
  update: oc
    .input(
      z.object({
        id,
        title: z.string().min(1).optional(),
        note: z.string().optional(),
        role: modelRole.optional(),
        preprocessing: preprocessing.optional(),
        /** "imagenet1k", "own" or the path of a text file with one label per line. */
        labels: z.string().optional(),
      }),
    )
    .output(model),
  /** Runs the model and its rewrites on random input and stores how well they agree. */
  check: oc.input(byId).output(selfCheck),
  ...modelLabels,
  inspect: oc.input(z.union([byId, z.object({ path: z.string() })])).output(inspection),
  kernels: oc
    .input(
      z.object({
        id: id.optional(),
        path: z.string().optional(),
        definition: distanceDefinition.default('normalised'),
        form: kernelForm.default('raw'),
      }),
    )
    .output(z.object({ definition: distanceDefinition, form: kernelForm, layers: z.array(kernelLayer) })),
  presets: oc.output(z.array(z.object({ id: z.string(), title: z.string(), preprocessing }))),
  /** Runs the model once on an image file, to check its preprocessing. */
  smoke: oc
    .input(z.object({ id, path: z.string().optional(), imageId: id.optional() }))
    .output(z.object({ provider: z.string(), milliseconds: z.number(), top: z.array(predictionTop) })),
}

export type Preprocessing = z.infer<typeof preprocessing>
export type Model = z.infer<typeof model>
export type ModelRole = z.infer<typeof modelRole>
export type KernelLayer = z.infer<typeof kernelLayer>
export type KernelForm = z.infer<typeof kernelForm>
export type DistanceDefinition = z.infer<typeof distanceDefinition>
export type PredictionTop = z.infer<typeof predictionTop>
