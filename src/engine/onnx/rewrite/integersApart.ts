import { elementCount, type Graph, type Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { Flow } from '../structure/flow.ts'
import { GraphBuilder, int } from './build.ts'

const plainOps: Readonly<Record<string, string>> = { ConvInteger: 'Conv', MatMulInteger: 'MatMul' }

/** An operator on integers with the two nodes behind it, which make its sums real numbers. */
interface Scaled {
  node: Node
  cast: Node
  /** Multiplies by the scale of the operand that depends on the image, and by that of the weights. */
  mul: Node
  scale: string
  /** '': the weights are not scaled. */
  weightScale: string
}

/**
 * Writes convolutions and products of integers, as they are made for scales that depend on the image (dynamic quantisation),
 * as plain operators on the real numbers that their operands stand for. Sums are the same up to the rounding of float32.
 * Operators with anything else behind them stay.
 */
export function integersApart(graph: Graph): Graph {
  if (!graph.nodes.some(({ op }) => plainOps[op])) return graph
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const found = graph.nodes.flatMap((node) => scaledAt(node, flow) ?? [])
  const build = new GraphBuilder(graph, 'apart')
  const gone = new Set<Node>()
  for (const scaled of found) {
    writePlain(build, scaled, flow)
    for (const node of [scaled.node, scaled.cast, scaled.mul]) gone.add(node)
  }
  return build.finish({ nodes: graph.nodes.filter((node) => !gone.has(node)) })
}

function scaledAt(node: Node, flow: Flow): Scaled | undefined {
  if (!plainOps[node.op] || !flow.weight(node.inputs[1])) return undefined
  const quantiser = flow.producer(node.inputs[0] ?? '')
  const [, scale] = quantiser?.op === 'DynamicQuantizeLinear' ? quantiser.outputs : []
  const cast = onlyReader(node, flow)
  const mul = cast?.op === 'Cast' ? onlyReader(cast, flow) : undefined
  if (!scale || !cast || mul?.op !== 'Mul') return undefined
  const factor = mul.inputs.find((name) => name !== cast.outputs[0]) ?? ''
  if (factor === scale) return { node, cast, mul, scale, weightScale: '' }
  const both = flow.producer(factor)
  const weightScale = both?.op === 'Mul' ? both.inputs.find((name) => name !== scale) : undefined
  if (!both?.inputs.includes(scale) || !weightScale || !flow.isConstant(weightScale)) return undefined
  return { node, cast, mul, scale, weightScale }
}

function onlyReader(node: Node, flow: Flow): Node | undefined {
  const readers = flow.readers(node.outputs[0] ?? '')
  const isOutput = flow.graph.outputs.some(({ name }) => node.outputs.includes(name))
  return readers.length === 1 && !isOutput ? readers[0] : undefined
}

function writePlain(build: GraphBuilder, { node, mul, scale, weightScale }: Scaled, flow: Flow): void {
  const [x = '', weight = '', xZero = '', weightZero = ''] = node.inputs
  const channels = elementCount(flow.shape(weightScale) ?? [])
  const listed = weightScale !== '' && channels > 1
  const axis = node.op === 'ConvInteger' ? 0 : (flow.weight(weight)?.shape.length ?? 2) - 1
  const given = (...inputs: string[]) => inputs.filter((name) => name !== '')
  const real = build.node('DequantizeLinear', given(x, scale, xZero))
  const zero = listed ? zeroOfChannels(build, weightZero, channels, flow) : weightZero
  const kernels = build.node(
    'DequantizeLinear',
    given(weight, scaleOf(build, weightScale, listed, flow), zero),
    listed ? { axis: int(axis) } : {},
  )
  const [made = ''] = build.nodeAt(node.name, plainOps[node.op] ?? '', [real, kernels], node.attributes)
  build.node('Identity', [made], {}, mul.outputs[0])
}

/** The scale of weights as a number, or as a list of one for each channel. */
function scaleOf(build: GraphBuilder, scale: string, listed: boolean, flow: Flow): string {
  if (scale === '') return build.scalar(1)
  const rank = listed ? 1 : 0
  const stored = [scale, flow.producer(scale)?.inputs[0] ?? '']
  const fitting = stored.find((name) => flow.weight(name) && flow.shape(name)?.length === rank)
  return fitting ?? build.node('Reshape', [scale, build.int64s(listed ? [-1] : [])])
}

/** The zero point of weights for each channel; '' where all are 0. */
function zeroOfChannels(build: GraphBuilder, zero: string, channels: number, flow: Flow): string {
  if (zero === '' || flow.shapes.get(zero)?.value?.every((value) => value === 0)) return ''
  return flow.shape(zero)?.length === 1 && elementCount(flow.shape(zero) ?? []) === channels
    ? zero
    : build.node('Expand', [zero, build.int64s([channels])])
}
