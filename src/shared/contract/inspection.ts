import { z } from 'zod'
import { checkpointFacts } from './checkpoints.ts'

export const modelFamily = z.enum([
  'RepLKNet',
  'ConvNeXt',
  'ViT',
  'Swin',
  'BiT',
  'ResNet',
  'EfficientNet',
  'MobileNet',
  'DenseNet',
  'RegNet',
  'VGG',
  'unknown',
])

/** Precision of a network's graph: int8 where some of its tensors are quantised. */
export const modelPrecision = z.enum(['float32', 'float16', 'int8'])

const tensorInfo = z.object({
  name: z.string(),
  type: z.string(),
  /** Symbolic dimensions are strings; unknown dimensions are null. */
  shape: z.array(z.union([z.int(), z.string(), z.null()])),
})

const convolution = z.object({
  node: z.string(),
  weight: z.string(),
  channels: z.int(),
  kernel: z.tuple([z.int(), z.int()]),
  group: z.int(),
  stride: z.tuple([z.int(), z.int()]),
  depthwise: z.boolean(),
})

const layer = z.object({
  index: z.int(),
  node: z.string(),
  op: z.string(),
  outputShape: z.array(z.union([z.int(), z.string(), z.null()])).nullable(),
  parameters: z.int(),
  /** Multiply-accumulates for one image; null where a shape is unknown. */
  macs: z.number().nullable(),
  /**
   * Trained tensors that the node reads, in the order of its inputs; empty in inspections that older versions stored.
   */
  weights: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })).default([]),
})

/** A residual addition, `output = input + branch(input)`, with the layers that belong to it. */
const blockUnit = z.object({
  add: z.string(),
  /** identity: the skip path is the input itself; projection: it is computed from the input. */
  skip: z.enum(['identity', 'projection']),
  /** Ascending indices into `layers`, with the addition. */
  layers: z.array(z.int()),
})

const block = z.object({
  /** Place in `blocks`, from 0. People count from 1. */
  index: z.int(),
  stage: z.int(),
  /** Names of the residual Add nodes that make the block, in order (two for RepLKNet and ViT). */
  adds: z.array(z.string()),
  removable: z.boolean(),
  reason: z.string().optional(),
  parameters: z.int(),
  /** Multiply-accumulates for one image; null where a shape is unknown. */
  macs: z.number().nullable().default(null),
  /** One or two units, in order; empty in inspections that older versions stored. */
  units: z.array(blockUnit).default([]),
})

/**
 * Whether a rewrite is possible, and why not.
 * pixels: takes 8-bit pixels as input.
 * probe: gives the features at every depth.
 * gate: an input switches blocks.
 * bypass: blocks are cut out.
 * maskKernel: depthwise kernels are masked.
 * differentiate: gives the gradient with respect to the image.
 * attention: gives the attention matrices.
 */
const possibility = z.object({
  rewrite: z.enum(['pixels', 'probe', 'gate', 'bypass', 'maskKernel', 'differentiate', 'attention']),
  possible: z.boolean(),
  reason: z.string().optional(),
})

/** What a model file tells about the model. */
export const inspection = z.object({
  /** Entries of the file's metadata that may say the preprocessing; left out where there are none. */
  metadata: z.record(z.string(), z.string()).optional(),
  /** Of a network that was built from a checkpoint; left out for an ONNX file. */
  checkpoint: checkpointFacts.optional(),
  /** Left out in inspections that older versions stored, whose facts are kept under float32. */
  precision: modelPrecision.optional(),
  /** true where a quantiser takes its scale from all images of a call, so that each image is computed by itself. */
  scaledByCall: z.boolean().optional(),
  /**
   * What the outputs are: softmax where that is the last operator, probabilities where they come from one, sigmoid where each is by
   * itself, else logits. Left out in inspections that older versions stored, where the last operator decides.
   */
  outputScale: z.enum(['logits', 'softmax', 'probabilities', 'sigmoid']).optional(),
  /** Why answers differ from call to call; left out where they do not. */
  unsteady: z.string().optional(),
  family: modelFamily,
  familyReason: z.string(),
  opset: z.int(),
  irVersion: z.int(),
  producer: z.string(),
  parameters: z.int(),
  macs: z.number().nullable(),
  inputs: z.array(tensorInfo),
  outputs: z.array(tensorInfo),
  blocks: z.array(block),
  blocksReason: z.string().optional(),
  convolutions: z.array(convolution),
  layers: z.array(layer),
  /** Empty in inspections that older versions stored. */
  rewrites: z.array(possibility).default([]),
  bytes: z.int(),
})

export type ModelPrecision = z.infer<typeof modelPrecision>
export type ModelFamily = z.infer<typeof modelFamily>
export type TensorInfo = z.infer<typeof tensorInfo>
export type Convolution = z.infer<typeof convolution>
export type Layer = z.infer<typeof layer>
export type Block = z.infer<typeof block>
export type Inspection = z.infer<typeof inspection>
export type Possibility = z.infer<typeof possibility>
