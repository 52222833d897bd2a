import { oc } from '@orpc/contract'
import { z } from 'zod'
import { checkpointChoice } from './checkpoints.ts'
import { byId, errorShape, id, removed } from './common.ts'
import { labelSource, modelLabels } from './labels.ts'
import { inspection, modelFamily } from './inspection.ts'
import { preprocessing, preprocessingOrigin, preprocessingTrial, sidecarState } from './preprocessing.ts'
import { selfCheck } from './selfCheck.ts'

export * from './checkpoints.ts'
export * from './inspection.ts'
export * from './labels.ts'
export * from './preprocessing.ts'
export * from './selfCheck.ts'

/** What a model is used for. A saliency model provides saliency maps; it is measured only on request. */
export const modelRole = z.enum(['classifier', 'saliency'])

export const model = z.object({
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
  origin: preprocessingOrigin,
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

/** What a file would be added as. */
export const modelPreview = z.object({
  /** The file itself, where a folder was asked for. */
  path: z.string(),
  title: z.string(),
  digest: z.string(),
  /** `checkpoint` of it says what a checkpoint was taken for; left out for an ONNX file. */
  inspection,
  classes: z.int(),
  preprocessing,
  origin: preprocessingOrigin,
  labelSource,
  /** The first few. */
  labels: z.array(z.string()),
  /** What lies beside it and could not be taken. */
  problems: z.array(z.string()),
})

export const predictionTop = z.object({ classIndex: z.int(), label: z.string(), probability: z.number() })

export const models = {
  list: oc.output(z.array(model)),
  get: oc.input(byId).output(model),
  /** Reads the file and stores a reference to it, never the file itself. Adding a file again returns the same row. */
  add: oc
    .input(z.object({ path: z.string(), title: z.string().optional(), choice: checkpointChoice.optional() }))
    .output(model),
  /**
   * What a file, or a folder with one model, would be added as. Nothing is stored. `choice` answers what a checkpoint leaves
   * open.
   */
  preview: oc.input(z.object({ path: z.string(), choice: checkpointChoice.optional() })).output(modelPreview),
  /** Writes the network with its weights as an ONNX file of its own, whole or not at all; gives the files. */
  export: oc.input(z.object({ id, path: z.string() })).output(z.object({ files: z.array(z.string()) })),
  remove: oc.input(byId).output(removed),
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
  /** Known preprocessing, and, for a model, statistics at its input size without a crop. */
  presets: oc
    .input(z.object({ modelId: id.optional() }).default({}))
    .output(z.array(z.object({ id: z.string(), title: z.string(), preprocessing }))),
  /**
   * Queues a trial of candidates for each model, on at most `images` labelled images, balanced over classes. Without
   * `datasetId` each model gets the largest dataset of ordinary images whose classes it knows; no job where there is none.
   */
  try: oc
    .input(
      z.object({
        ids: z.array(id).min(1),
        datasetId: id.optional(),
        images: z.int().min(1).max(1000).default(200),
        seed: z.int().min(0).default(0),
      }),
    )
    .output(z.object({ jobs: z.array(z.object({ modelId: id, jobId: id })) })),
  /** The last trial of a model; null without one. */
  trial: oc.input(byId).output(preprocessingTrial.nullable()),
  /** Takes a candidate of the last trial, the best without `place` (0 is the best): a known preprocessing is confirmed. */
  take: oc.input(z.object({ id, place: z.int().min(0).default(0) })).output(model),
  /** Compares the sidecar of a model with what is stored. */
  sidecar: oc.input(byId).output(sidecarState),
  /** Takes preprocessing and labels from the sidecar, or keeps what is stored until the sidecar changes again. */
  useSidecar: oc.input(z.object({ id, keep: z.boolean().default(false) })).output(model),
  /** What a change of the model or its removal touches. */
  uses: oc.input(byId).output(
    z.object({
      studies: z.array(z.object({ id, title: z.string(), models: z.int() })),
      /** Stored predictions of the model file. They stay when the model is removed. */
      predictions: z.int(),
    }),
  ),
  /** Runs the model once on an image file, to check its preprocessing. */
  smoke: oc
    .input(z.object({ id, path: z.string().optional(), imageId: id.optional() }))
    .output(z.object({ provider: z.string(), milliseconds: z.number(), top: z.array(predictionTop) })),
}

export type Model = z.infer<typeof model>
export type ModelRole = z.infer<typeof modelRole>
export type KernelLayer = z.infer<typeof kernelLayer>
export type KernelForm = z.infer<typeof kernelForm>
export type DistanceDefinition = z.infer<typeof distanceDefinition>
export type ModelPreview = z.infer<typeof modelPreview>
export type PredictionTop = z.infer<typeof predictionTop>
