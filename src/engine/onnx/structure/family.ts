import type { Convolution, ModelFamily } from '#shared/contract/models.ts'
import type { Node } from '../graph.ts'
import type { Flow } from './flow.ts'
import { convolutionsOf } from './layers.ts'
import { residualsOf, type Residual } from './residual.ts'

/** Properties of a graph for the tests of families. */
interface GraphProperties {
  flow: Flow
  convolutions: readonly Convolution[]
  residuals: readonly Residual[]
  count(op: string): number
}

interface FamilyTest {
  family: ModelFamily
  /** The reason why the graph is of the family; undefined where it is not. */
  test(graph: GraphProperties): string | undefined
}

/** Guesses the family from the structure of the graph, never from names. The first test that succeeds decides. */
export function guessFamily(flow: Flow): { family: ModelFamily; reason: string } {
  const ops = new Map<string, number>()
  for (const { op } of flow.graph.nodes) ops.set(op, (ops.get(op) ?? 0) + 1)
  const graph: GraphProperties = {
    flow,
    convolutions: convolutionsOf(flow),
    residuals: residualsOf(flow),
    count: (op) => ops.get(op) ?? 0,
  }
  for (const { family, test } of tests) {
    const reason = test(graph)
    if (reason !== undefined) return { family, reason }
  }
  return { family: 'unknown', reason: 'the graph has the structure of no known family' }
}

const tests: FamilyTest[] = [
  { family: 'Swin', test: windowAttention },
  { family: 'ViT', test: tokenAttention },
  { family: 'ConvNeXt', test: depthwiseThenNorm },
  { family: 'RepLKNet', test: depthwiseBetweenPointwise },
  { family: 'DenseNet', test: growingConcats },
  { family: 'BiT', test: groupNormPreActivation },
  { family: 'MobileNet', test: hardSwishInverted },
  { family: 'EfficientNet', test: squeezedInverted },
  { family: 'RegNet', test: constantGroupWidth },
  { family: 'ResNet', test: addThenRelu },
  { family: 'VGG', test: pooledChain },
]

/** Shapes of Softmax outputs whose last two axes are equal, and of more than one token. */
const attentionShapes = ({ flow }: GraphProperties) =>
  flow.graph.nodes
    .filter(({ op }) => op === 'Softmax')
    .map(({ outputs }) => flow.shape(outputs[0] ?? '') ?? [])
    .filter((shape) => shape.length >= 3 && shape.at(-1) === shape.at(-2) && shape.at(-1) !== 1)

const batchOf = ({ flow }: GraphProperties) =>
  flow.graph.inputs[0] && (flow.shape(flow.graph.inputs[0].name)?.[0] ?? 1)

function windowAttention(graph: GraphProperties): string | undefined {
  const batch = batchOf(graph) ?? 1
  // Windows lie in the first axis with the images, or in one of their own; then come heads and tokens.
  const found = attentionShapes(graph)
    .filter((shape) => shape.length >= 4)
    .map((shape) => ({
      tokens: shape.at(-1),
      windows: shape.slice(0, -3).reduce((a, b) => a * b, 1) / batch,
    }))
    .find(({ windows }) => windows > 1)
  return found && `Softmax over windows of ${found.tokens} tokens, ${found.windows} windows an image`
}

function tokenAttention(graph: GraphProperties): string | undefined {
  const [first, ...rest] = attentionShapes(graph)
  const tokens = first?.at(-1)
  if (tokens === undefined || rest.some((shape) => shape.at(-1) !== tokens)) return undefined
  return `Softmax over all ${tokens} tokens in ${rest.length + 1} layers`
}

/** The nodes that read a convolution's output, directly or after a change of layout, a bias or a batch norm. */
function readersBehind(node: Node, flow: Flow): readonly Node[] {
  const readers = node.outputs.flatMap((output) => flow.readers(output))
  return readers.flatMap((reader) =>
    ['Transpose', 'Identity', 'BatchNormalization'].includes(reader.op)
      ? readersBehind(reader, flow)
      : [reader],
  )
}

const nodesOf = ({ flow, convolutions }: GraphProperties, keep: (one: Convolution) => boolean) => {
  const wanted = new Map(convolutions.filter(keep).map((one) => [one.node, one]))
  return flow.graph.nodes.filter(({ name }) => wanted.has(name))
}

const isLargeDepthwise = ({ depthwise, stride, kernel }: Convolution) =>
  depthwise && stride[0] === 1 && kernel[0] >= 3

function depthwiseThenNorm(graph: GraphProperties): string | undefined {
  const layers = nodesOf(graph, isLargeDepthwise)
  const normed = layers.filter((node) =>
    readersBehind(node, graph.flow).some(({ op }) => op === 'LayerNormalization' || op === 'ReduceMean'),
  )
  if (normed.length === 0 || normed.length < layers.length) return undefined
  return `${normed.length} depthwise convolutions, each followed by a layer normalisation`
}

/** In a RepLK block a batch norm is before the first 1x1 convolution, so exporters cannot fold it. */
function depthwiseBetweenPointwise(graph: GraphProperties): string | undefined {
  const depthwise = new Set(nodesOf(graph, isLargeDepthwise))
  const blocks = graph.residuals.filter(
    ({ input, skip, nodes }) =>
      skip === 'identity' &&
      [...nodes].some((node) => depthwise.has(node)) &&
      graph.flow.readers(input).some((node) => node.op === 'BatchNormalization' && nodes.has(node)),
  )
  if (blocks.length === 0) return undefined
  const largest = Math.max(...graph.convolutions.filter(isLargeDepthwise).map(({ kernel }) => kernel[0]))
  return `${blocks.length} blocks of batch norm, 1x1, depthwise (up to ${largest}x${largest}) and 1x1 convolution`
}

function growingConcats({ flow, residuals }: GraphProperties): string | undefined {
  const concats = flow.graph.nodes.filter(
    (node) => node.op === 'Concat' && !node.outputs.some((output) => flow.isConstant(output)),
  )
  const most = Math.max(0, ...concats.map(({ inputs }) => inputs.length))
  if (residuals.length > 0 || concats.length < 8 || most < 4) return undefined
  return `${concats.length} concatenations of up to ${most} feature maps and no residual addition`
}

function groupNormPreActivation({ residuals, flow, count }: GraphProperties): string | undefined {
  const norms = count('GroupNormalization') + count('InstanceNormalization')
  const bare = residuals.filter(
    ({ add }) => !flow.readers(add.outputs[0] ?? '').every(({ op }) => op === 'Relu'),
  )
  if (norms < residuals.length || residuals.length < 2 || bare.length < residuals.length - 1) return undefined
  return `${norms} group normalisations, and additions without a Relu behind them`
}

const inverted = ({ convolutions }: GraphProperties) =>
  convolutions.filter(({ depthwise }) => depthwise).length >= 3

function hardSwishInverted(graph: GraphProperties): string | undefined {
  if (!inverted(graph)) return undefined
  if (graph.count('HardSwish') > 0 || graph.count('HardSigmoid') > 0)
    return 'depthwise convolutions with hard swish (MobileNetV3)'
  return graph.count('Clip') > 0 && graph.count('Sigmoid') === 0
    ? 'depthwise convolutions with Relu6 (MobileNetV1, MobileNetV2)'
    : undefined
}

function squeezedInverted(graph: GraphProperties): string | undefined {
  const pools = graph.count('GlobalAveragePool') + graph.count('ReduceMean')
  if (!inverted(graph) || pools < 3 || graph.count('Sigmoid') < 3) return undefined
  return `depthwise convolutions with swish and ${pools - 1} squeeze-and-excitation gates`
}

function constantGroupWidth(graph: GraphProperties): string | undefined {
  const grouped = graph.convolutions.filter(({ group, depthwise }) => group > 1 && !depthwise)
  const widths = new Set(grouped.map(({ channels, group }) => channels / group))
  const groups = new Set(grouped.map(({ group }) => group))
  if (grouped.length < 4 || widths.size !== 1 || groups.size < 2) return undefined
  return `grouped 3x3 convolutions of one group width (${[...widths].join()}) in every stage`
}

function addThenRelu({ residuals, flow }: GraphProperties): string | undefined {
  const followed = residuals.filter(({ add }) =>
    flow.readers(add.outputs[0] ?? '').some(({ op }) => op === 'Relu'),
  )
  if (followed.length < 2 || followed.length < residuals.length) return undefined
  return `${followed.length} additions of convolutions, each followed by a Relu`
}

/** Fewest pools and 3x3 convolutions of a VGG. Published ones have 5 and 8 to 16. */
const leastOfVgg = { pools: 3, convolutions: 5 }

/** Stages of 3x3 convolutions, each with a pool behind it, then two hidden layers, which may be convolutions, and the head. */
function pooledChain({ flow, convolutions, residuals, count }: GraphProperties): string | undefined {
  const pools = count('MaxPool')
  const last = flow.graph.nodes.findLast(({ op }) => op === 'MaxPool')
  if (residuals.length > 0 || count('Concat') > 0 || pools < leastOfVgg.pools || !last) return undefined
  const before = new Set([...flow.ancestors(last.outputs[0] ?? '', new Set())].map(({ name }) => name))
  const chain = convolutions.filter(({ node }) => before.has(node))
  const isPlain = ({ kernel, group, stride }: Convolution) =>
    kernel.join() === '3,3' && stride.join() === '1,1' && group === 1
  const hidden = count('Gemm') + convolutions.length - chain.length
  if (chain.length < leastOfVgg.convolutions || !chain.every(isPlain) || hidden < 3) return undefined
  if (count('Relu') < chain.length) return undefined
  return `${chain.length} convolutions of 3x3 in a chain with ${pools} pools, and two hidden layers`
}
