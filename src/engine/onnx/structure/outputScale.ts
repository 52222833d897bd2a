import type { Inspection } from '#shared/contract/models.ts'
import type { Node } from '../graph.ts'
import type { Flow } from './flow.ts'

type Scale = NonNullable<Inspection['outputScale']>

/** Operators that give the numbers of their first input, in another shape, type or order, or some of them. */
const passing = new Set([
  ...['Identity', 'Cast', 'CastLike', 'Dropout', 'QuantizeLinear', 'DequantizeLinear', 'Clip'],
  ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Slice', 'Gather'],
])

/** Operators that give probabilities where all inputs that depend on the image are probabilities. */
const joining = new Set(['Add', 'Sum', 'Mean', 'Mul', 'Div', 'Concat', 'ReduceMean', 'ReduceSum', 'Sub'])

/**
 * What the first output of a graph is: `softmax` where that is its last operator, `probabilities` where they come from a
 * softmax by operators that keep them non-negative (a cast, a mean of several, a product with a constant), `sigmoid` where each
 * output is by itself, else `logits`, to which logarithms of probabilities belong: a softmax of them gives the probabilities.
 */
export function outputScaleOf(flow: Flow): Scale {
  const [output] = flow.graph.outputs
  if (!output) return 'logits'
  const found = scaleOf(output.name, flow, 0)
  const last = flow.producer(output.name)?.op
  return found === 'probabilities' && last === 'Softmax' ? 'softmax' : (found ?? 'logits')
}

/** Most operators behind a softmax that are followed. */
const furthest = 30

function scaleOf(name: string, flow: Flow, depth: number): 'probabilities' | 'sigmoid' | null {
  const node = flow.producer(name)
  if (!node || depth > furthest) return null
  const of = (input: string | undefined) => (input === undefined ? null : scaleOf(input, flow, depth + 1))
  if (/^(QLinear)?Softmax$/.test(node.op)) return 'probabilities'
  if (/^((QLinear)?Sigmoid|HardSigmoid)$/.test(node.op)) return 'sigmoid'
  if (node.op === 'Exp') return isLogSoftmax(node, flow) ? 'probabilities' : null
  if (passing.has(node.op)) return of(node.inputs[0])
  if (!joining.has(node.op)) return null
  const inputs = flow.inputsOf(node)
  // A constant less probabilities is taken for the other side of a sigmoid; of probabilities less something nothing is known.
  if (node.op === 'Sub' && (inputs.length !== 1 || inputs[0] !== node.inputs[1])) return null
  const scales = new Set(inputs.map(of))
  if (scales.has(null) || scales.size === 0) return null
  return scales.has('sigmoid') ? 'sigmoid' : 'probabilities'
}

const isLogSoftmax = (node: Node, flow: Flow) => flow.producer(node.inputs[0] ?? '')?.op === 'LogSoftmax'
