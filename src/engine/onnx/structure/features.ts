import type { Graph, Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { residualBlocks } from './blocks.ts'
import { Flow } from './flow.ts'
import { extraTokens, layoutOf, type FeatureLayout } from './layout.ts'

/** A tensor with features, for curves over depth. */
export interface FeaturePoint {
  tensor: string
  /** stem: before the first block; transition: between stages; block: output of a residual unit, with its skip path. */
  kind: 'stem' | 'block' | 'transition'
  /** Stage from 1; 0 for the stem. */
  stage: number
  layout: FeatureLayout
  /** In the layout `tokens`: number of leading tokens that are not patches. */
  extraTokens: number
}

/** Activations that belong to a residual unit: its output is read after them. A norm belongs to the next unit. */
const activations = new Set(['Relu', 'LeakyRelu', 'Clip', 'HardSwish', 'Gelu'])

/** Operators that belong to a convolution layer: its output is read after them. */
const closing = new Set(['BatchNormalization', ...activations])

/** Operators that compute new features. A path between blocks without one is only norm and activation. */
const widening = new Set(['Conv', 'MatMul', 'Gemm', 'MaxPool', 'AveragePool'])

/**
 * Lists the feature tensors in the order of depth: layers of the stem, every residual unit, and the layers between stages.
 * Attention, MLP, RepLK block and ConvFFN are single units. A unit is read after the Relu that follows its addition. For a
 * model without residual units the list has all convolution layers. Logits and final norms are not in the list.
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

/** The convolution layers between the previous blocks and `input`, and `input` itself where it is not the last of them. */
function layersBefore(input: string, boundaries: ReadonlySet<string>, flow: Flow): string[] {
  if (boundaries.has(input)) return []
  const between = flow.ancestors(input, boundaries)
  const layers = flow.graph.nodes.filter((node) => node.op === 'Conv' && between.has(node))
  const onlyNormed = boundaries.size > 0 && ![...between].some(({ op }) => widening.has(op))
  if (onlyNormed) return []
  const tokens = layoutOf(input, flow) === 'tokens'
  return tokens ? [input] : [...layers.map((node) => closed(node, flow)), input]
}

/** Output of a layer, after a norm and an activation that only read this layer. */
function closed(node: Node, flow: Flow, through: ReadonlySet<string> = closing): string {
  const output = node.outputs[0] ?? ''
  const readers = flow.readers(output)
  const [reader] = readers
  return readers.length === 1 && reader && through.has(reader.op) ? closed(reader, flow, through) : output
}

/** A feature point in the form of the contract. */
interface DescribedFeature {
  index: number
  kind: FeaturePoint['kind']
  stage: number
  title: string
  tensor: string
  /** Shape for one image; null where it is not known. */
  shape: number[] | null
}

export interface DescribedFeatures {
  points: DescribedFeature[]
  reason?: string
}

/** `blockOutputs` with titles ("stage 3, unit 5") and shapes. `reason` says why there are none. */
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

/** Why `blockOutputs` can be empty. */
export const noFeaturesReason =
  'no features were found: there is neither a residual block nor a convolution whose output has a known layout'
