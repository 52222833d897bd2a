import type { Graph, Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { residualBlocks } from './blocks.ts'
import { Flow } from './flow.ts'
import { extraTokens, layoutOf, type FeatureLayout } from './layout.ts'

/** A place where features can be read for a curve over depth. */
export interface FeaturePoint {
  tensor: string
  /** stem: before the first block; transition: between stages; block: output of a residual unit, skip included. */
  kind: 'stem' | 'block' | 'transition'
  /** From 1; 0 for the stem. */
  stage: number
  layout: FeatureLayout
  /** Leading tokens that are no patches, in the layout `tokens`. */
  extraTokens: number
}

/** Activations behind which the output of a residual unit is read. A norm there belongs to what comes after the unit. */
const activations = new Set(['Relu', 'LeakyRelu', 'Clip', 'HardSwish', 'Gelu'])

/** Operators that end a convolution layer: its output is read behind them. */
const closing = new Set(['BatchNormalization', ...activations])

/** Operators that make new features; without one, a path between blocks is only their norm and activation. */
const widening = new Set(['Conv', 'MatMul', 'Gemm', 'MaxPool', 'AveragePool'])

/**
 * Feature tensors in the order of depth: layers of the stem, every residual unit (attention and MLP, RepLK block and
 * ConvFFN counted singly; behind the Relu where one follows the addition), and the layers between stages. Models
 * without residual units give all their convolution layers. Logits and final norms are not among them.
 */
export function blockOutputs(graph: Graph): FeaturePoint[] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const points: FeaturePoint[] = []
  const seen = new Set<string>()
  const point = (tensor: string, kind: FeaturePoint['kind'], stage: number) => {
    const layout = layoutOf(tensor, flow)
    if (!layout || seen.has(tensor)) return
    seen.add(tensor)
    const tokens = layout === 'tokens' ? (flow.shape(tensor)?.[1] ?? 0) : 0
    points.push({
      tensor,
      kind,
      stage,
      layout,
      extraTokens: tokens > 0 ? (extraTokens(tokens, flow) ?? 0) : 0,
    })
  }
  const boundaries = new Set<string>()
  for (const { units, stage } of residualBlocks(flow)) {
    for (const { add, input } of units) {
      const kind = boundaries.size === 0 ? 'stem' : 'transition'
      for (const tensor of layersBefore(input, boundaries, flow))
        point(tensor, kind, kind === 'stem' ? 0 : stage)
      const output = closed(add, flow, activations)
      boundaries.add(output).add(add.outputs[0] ?? '')
      point(output, 'block', stage)
    }
  }
  if (boundaries.size === 0)
    for (const node of graph.nodes) if (node.op === 'Conv') point(closed(node, flow), 'block', 1)
  return points
}

/** The convolution layers between the blocks so far and `input`, and `input` itself where it is more than the last of them. */
function layersBefore(input: string, boundaries: ReadonlySet<string>, flow: Flow): string[] {
  if (boundaries.has(input)) return []
  const between = flow.ancestors(input, boundaries)
  const layers = flow.graph.nodes.filter((node) => node.op === 'Conv' && between.has(node))
  const onlyNormed = boundaries.size > 0 && ![...between].some(({ op }) => widening.has(op))
  if (onlyNormed) return []
  const tokens = layoutOf(input, flow) === 'tokens'
  return tokens ? [input] : [...layers.map((node) => closed(node, flow)), input]
}

/** Output of a layer behind the norm and activation that only it feeds. */
function closed(node: Node, flow: Flow, through: ReadonlySet<string> = closing): string {
  const output = node.outputs[0] ?? ''
  const readers = flow.readers(output)
  const [reader] = readers
  return readers.length === 1 && reader && through.has(reader.op) ? closed(reader, flow, through) : output
}

/** A feature point as the contract shows it. */
interface DescribedFeature {
  index: number
  kind: FeaturePoint['kind']
  stage: number
  title: string
  tensor: string
  /** Of one image. */
  shape: number[] | null
}

export interface DescribedFeatures {
  points: DescribedFeature[]
  reason?: string
}

/** `blockOutputs` with titles ("stage 3, unit 5") and shapes; `reason` where there are none. */
export function describeFeatures(graph: Graph): DescribedFeatures {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const counts = new Map<string, number>()
  const points = blockOutputs(graph).map(({ tensor, kind, stage }, index) => {
    const place = kind === 'stem' ? 'stem' : `stage ${stage}${kind === 'transition' ? ', transition' : ''}`
    const count = (counts.get(place) ?? 0) + 1
    counts.set(place, count)
    const unit = kind === 'block' ? `unit ${count}` : `layer ${count}`
    return {
      index,
      kind,
      stage,
      title: `${place}, ${unit}`,
      tensor,
      shape: flow.shape(tensor)?.slice(1) ?? null,
    }
  })
  return points.length > 0 ? { points } : { points, reason: noFeaturesReason }
}

/** Why `blockOutputs` is empty. */
export const noFeaturesReason =
  'no features were found: there is neither a residual block nor a convolution whose output has a known layout'
