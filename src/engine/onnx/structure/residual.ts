import type { Node } from '../graph.ts'
import type { Flow } from './flow.ts'

/** A residual addition: `output = input + branch(input)`. */
export interface Residual {
  add: Node
  /** identity: the skip path is the input; projection: it is computed from the input. */
  skip: 'identity' | 'projection'
  /** Input tensor of the unit. */
  input: string
  /** Output tensor of the branch, which is added. */
  branch: string
  /** Nodes of the branch and the projection, between input and addition. */
  nodes: ReadonlySet<Node>
}

/** Operators that move data or are linear, but for rounding. Two parallel paths of them are one linear operator. */
const linear = new Set([
  'Conv',
  'BatchNormalization',
  'Identity',
  'Transpose',
  'Reshape',
  'Cast',
  'Dropout',
  'AveragePool',
  'Pad',
  'MatMul',
  'Gemm',
  'Add',
  'Mul',
  'QuantizeLinear',
  'DequantizeLinear',
])

/**
 * Operators that mix channels or positions. A branch without one is no unit: it is a norm that adds its own input (the global
 * response normalisation of ConvNeXt V2), or an activation that is written out (Gelu by tanh, x + 0.044715 x^3).
 */
const mixing = new Set([
  ...['Conv', 'ConvTranspose', 'FusedConv', 'MatMul', 'Gemm', 'Einsum', 'Softmax'],
  ...['AveragePool', 'MaxPool', 'Attention', 'MultiHeadAttention', 'QAttention', 'GRU', 'LSTM', 'DFT'],
  ...['ConvInteger', 'MatMulInteger', 'QLinearConv', 'QLinearMatMul'],
])

/**
 * Finds all residual additions, in topological order. An addition is residual if one operand is an ancestor of the other,
 * with no other residual addition in between, both have the same shape, and the branch mixes channels or positions. If both operands are computed from one tensor,
 * one by a linear path and the other not, the skip path is a projection. Two linear paths (the parallel kernels of an
 * unmerged RepLKNet) are not a residual unit.
 */
export function residualsOf(flow: Flow): Residual[] {
  const residuals: Residual[] = []
  const boundaries = new Set<string>()
  for (const add of flow.graph.nodes) {
    const residual = add.op === 'Add' ? residualAt(add, flow, boundaries) : undefined
    const output = add.outputs[0]
    if (!residual || output === undefined) continue
    residuals.push(residual)
    boundaries.add(output)
  }
  return residuals
}

function residualAt(add: Node, flow: Flow, boundaries: ReadonlySet<string>): Residual | undefined {
  const [a, b] = add.inputs
  if (a === undefined || b === undefined || a === b || flow.isConstant(a) || flow.isConstant(b))
    return undefined
  const shape = flow.shape(a)
  if (!shape || shape.join() !== flow.shape(b)?.join()) return undefined
  return (
    identityUnit(add, a, b, flow, boundaries) ??
    identityUnit(add, b, a, flow, boundaries) ??
    projectionUnit(add, a, b, flow, boundaries)
  )
}

function identityUnit(
  add: Node,
  input: string,
  branch: string,
  flow: Flow,
  boundaries: ReadonlySet<string>,
): Residual | undefined {
  const stops = new Set(boundaries).add(input)
  const nodes = flow.ancestors(branch, stops)
  const reached = [...nodes].some((node) => flow.inputsOf(node).includes(input))
  const mixes = [...nodes].some(({ op }) => mixing.has(op))
  return reached && mixes ? { add, skip: 'identity', input, branch, nodes } : undefined
}

function projectionUnit(
  add: Node,
  a: string,
  b: string,
  flow: Flow,
  boundaries: ReadonlySet<string>,
): Residual | undefined {
  for (const [skip, branch] of [
    [a, b],
    [b, a],
  ] as const) {
    const input = linearSource(skip, flow)
    if (input === undefined) continue
    const stops = new Set(boundaries).add(input)
    const nodes = flow.ancestors(branch, stops)
    const reached = [...nodes].some((node) => flow.inputsOf(node).includes(input))
    if (!reached || [...nodes].every(({ op }) => linear.has(op))) continue
    const projection = flow.ancestors(skip, stops)
    if (![...nodes].some((node) => mixing.has(node.op) && !projection.has(node))) continue
    for (const node of projection) nodes.add(node)
    return { add, skip: 'projection', input, branch, nodes }
  }
  return undefined
}

/** Input of a chain of linear operators that has at least one Conv, MatMul or Gemm; undefined where there is none. */
function linearSource(name: string, flow: Flow): string | undefined {
  let at = name
  let weighted = false
  for (let node = flow.producer(at); node && linear.has(node.op); node = flow.producer(at)) {
    const inputs = flow.inputsOf(node)
    const [only] = inputs
    if (inputs.length !== 1 || only === undefined) break
    weighted ||= node.op === 'Conv' || node.op === 'MatMul' || node.op === 'Gemm'
    at = only
  }
  return weighted ? at : undefined
}
