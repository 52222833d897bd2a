import { elementCount, type Graph, type Node, type Tensor } from '../graph.ts'
import { decodeNumbers } from '../numbers.ts'
import { cast, dropout, elementwise, likeFirst, where } from './elementwise.ts'
import { largestValue, unknown, type InferredTensor, type ShapeRule } from './known.ts'
import * as layout from './layout.ts'
import * as linear from './linear.ts'
import * as quantised from './quantised.ts'
import * as spatial from './spatial.ts'

const fused = (op: string) => `com.microsoft.${op}`

const groups: [ShapeRule, string[]][] = [
  [elementwise, ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Mod', 'Min', 'Max', 'Sum', 'Mean', 'PRelu', 'BitShift']],
  [
    elementwise,
    [
      'Equal',
      'Less',
      'LessOrEqual',
      'Greater',
      'GreaterOrEqual',
      'And',
      'Or',
      'Xor',
      'Not',
      'IsNaN',
      'IsInf',
    ],
  ],
  [elementwise, ['Neg', 'Abs', 'Floor', 'Ceil', 'Round', 'Sqrt', 'Reciprocal', 'Identity']],
  [
    likeFirst,
    [
      'Relu',
      'LeakyRelu',
      'Elu',
      'Selu',
      'Celu',
      'Sigmoid',
      'HardSigmoid',
      'HardSwish',
      'Tanh',
      'Erf',
      'Gelu',
    ],
  ],
  [
    likeFirst,
    ['Exp', 'Log', 'Sign', 'Sin', 'Cos', 'Softplus', 'Softsign', 'Mish', 'Swish', 'ThresholdedRelu', 'Clip'],
  ],
  [
    likeFirst,
    ['Softmax', 'LogSoftmax', 'Hardmax', 'InstanceNormalization', 'GroupNormalization', 'LpNormalization'],
  ],
  [likeFirst, ['LRN', 'CumSum', 'Trilu', 'ScatterND', 'ScatterElements', 'SimplifiedLayerNormalization']],
  [linear.batchNormalization, ['BatchNormalization']],
  [linear.layerNormalization, ['LayerNormalization']],
  [dropout, ['Dropout']],
  [cast, ['Cast']],
  [where, ['Where']],
  [layout.shapeOf, ['Shape']],
  [layout.size, ['Size']],
  [layout.constantOfShape, ['ConstantOfShape']],
  [layout.range, ['Range']],
  [layout.reshape, ['Reshape']],
  [layout.flatten, ['Flatten']],
  [layout.squeeze, ['Squeeze']],
  [layout.unsqueeze, ['Unsqueeze']],
  [layout.transpose, ['Transpose']],
  [layout.concat, ['Concat']],
  [layout.split, ['Split']],
  [layout.gather, ['Gather']],
  [layout.expand, ['Expand']],
  [layout.tile, ['Tile']],
  [layout.slice, ['Slice']],
  [layout.pad, ['Pad']],
  [spatial.conv, ['Conv']],
  [spatial.convTranspose, ['ConvTranspose']],
  [spatial.pool, ['MaxPool', 'AveragePool', 'LpPool']],
  [spatial.globalPool, ['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool']],
  [spatial.resize, ['Resize', 'Upsample']],
  [spatial.depthToSpace, ['DepthToSpace', 'SpaceToDepth']],
  [linear.matMul, ['MatMul']],
  [linear.gemm, ['Gemm']],
  [linear.einsum, ['Einsum']],
  [
    linear.reduce,
    ['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2'],
  ],
  [linear.reduce, ['ReduceSumSquare', 'ReduceLogSumExp', 'ReduceLogSum']],
  [linear.argReduce, ['ArgMax', 'ArgMin']],
  [linear.topK, ['TopK']],
  [quantised.quantize, ['QuantizeLinear']],
  [quantised.dequantize, ['DequantizeLinear']],
  [quantised.dynamicQuantize, ['DynamicQuantizeLinear']],
  [quantised.conv, ['QLinearConv']],
  [quantised.convInteger, ['ConvInteger']],
  [quantised.matMul, ['QLinearMatMul']],
  [quantised.matMulInteger, ['MatMulInteger']],
  [quantised.quantize, [fused('QuantizeLinear')]],
  [quantised.dequantize, [fused('DequantizeLinear')]],
  [quantised.arithmetic, [fused('QLinearAdd'), fused('QLinearMul')]],
  [likeFirst, ['QLinearSigmoid', 'QLinearLeakyRelu', 'QLinearSoftmax'].map(fused)],
  [quantised.globalPool, [fused('QLinearGlobalAveragePool')]],
  // Fused operators of ONNX Runtime's optimiser.
  [spatial.conv, [fused('FusedConv')]],
  [linear.gemm, [fused('FusedGemm')]],
  [linear.fusedMatMul, [fused('FusedMatMul')]],
  [likeFirst, ['Gelu', 'BiasGelu', 'QuickGelu', 'FastGelu', 'Attention', 'MultiHeadAttention'].map(fused)],
  [linear.skipLayerNormalization, [fused('SkipLayerNormalization')]],
]

const rules = new Map<string, ShapeRule>(
  groups.flatMap(([rule, ops]) => ops.map((op) => [op, rule] as const)),
)

/** Inferred types, shapes and small values of all tensors of a graph, by name. */
export type Shapes = ReadonlyMap<string, InferredTensor>

/** Longest side of a tensor, and most elements of one. */
const most = { side: 2 ** 31, elements: 2 ** 42 }

/** Whether a tensor can have a shape. Numbers in the file may give any other: negative, broken or endless sides. */
export const isPossible = (shape: readonly number[]): boolean =>
  shape.every((side) => Number.isInteger(side) && side >= 0 && side < most.side) &&
  elementCount(shape) <= most.elements

/**
 * Infers shapes and small values of all tensors, for inputs of the given sizes. Tensors that depend on an operator without
 * a rule, or whose shape is not possible, have the shape null; nothing is guessed.
 *
 * @param impossible called for each output whose shape is not possible
 */
export function inferShapes(
  graph: Graph,
  inputs: ReadonlyMap<string, readonly number[]>,
  impossible: (node: Node, shape: readonly number[]) => void = () => undefined,
): Shapes {
  const known = new Map<string, InferredTensor>()
  for (const { name, type } of graph.inputs) known.set(name, { type, shape: inputs.get(name) ?? null })
  for (const [name, tensor] of graph.tensors) known.set(name, knownOf(tensor))
  for (const node of graph.nodes) {
    const rule = rules.get(node.domain === '' ? node.op : `${node.domain}.${node.op}`)
    const given = node.inputs.map((name) => known.get(name))
    const results = rule ? (inferred(() => rule(node, given, graph)) ?? []) : []
    for (const [index, output] of node.outputs.entries()) {
      if (output === '') continue
      const result = results[index] ?? unknown(given[0]?.type)
      const fits = result.shape === null || isPossible(result.shape)
      if (!fits && result.shape) impossible(node, result.shape)
      known.set(output, fits ? result : unknown(result.type))
    }
  }
  return known
}

/** What a rule infers; null where numbers of the file ask for an array that cannot be. */
function inferred(rule: () => InferredTensor[]): InferredTensor[] | null {
  try {
    return rule()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Tensors never change and graphs share them, so each is decoded once. */
const decoded = new WeakMap<Tensor, InferredTensor>()

function knownOf(tensor: Tensor): InferredTensor {
  const before = decoded.get(tensor)
  if (before) return before
  const { type, shape, data } = tensor
  const small = data.kind === 'inline' && elementCount(shape) <= largestValue
  const value = small ? decodeNumbers(data.bytes, type) : null
  const known = value ? { type, shape, value: Array.from(value) } : { type, shape }
  decoded.set(tensor, known)
  return known
}
