import { elementCount, intOf, type Node } from '../graph.ts'
import type { Shapes } from '../shape/infer.ts'
import { wrapAxis } from '../shape/known.ts'

/** Channels of a block in ONNX Runtime's layout NCHWc with AVX-512; smaller blocks of other processors divide it. */
export const blockedChannels = 16

/** Operators that ONNX Runtime computes in blocks where all their inputs are. */
const followers = new Set([
  'BatchNormalization',
  'Relu',
  'Sigmoid',
  'Tanh',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'Identity',
])
const joiners = new Set(['Add', 'Sum', 'Mul'])

/**
 * The tensors that ONNX Runtime is expected to hold in its blocked layout on a CPU: results of convolutions, and of operators
 * that take them over. Operators that do not know the layout make it reorder them. A wrong guess costs time, nothing else.
 */
export function blockedTensors(nodes: readonly Node[], shapes: Shapes): Set<string> {
  const blocked = new Set<string>()
  for (const node of nodes) {
    const [output = ''] = node.outputs
    const known = shapes.get(output)
    if (known?.type !== 'float32' || known.shape?.length !== 4) continue
    if ((known.shape[1] ?? 0) % blockedChannels !== 0) continue
    if (node.op === 'Conv' ? blockedConv(node, shapes) : takesOver(node, blocked, shapes)) blocked.add(output)
  }
  return blocked
}

function blockedConv(node: Node, shapes: Shapes): boolean {
  const [outputs = 1, perGroup = 1] = shapes.get(node.inputs[1] ?? '')?.shape ?? []
  const group = intOf(node, 'group', 1)
  if (group === 1 || (perGroup === 1 && outputs === group)) return true
  return perGroup % blockedChannels === 0 && (outputs / group) % blockedChannels === 0
}

function takesOver(node: Node, blocked: ReadonlySet<string>, shapes: Shapes): boolean {
  if (followers.has(node.op)) return blocked.has(node.inputs[0] ?? '')
  if (!node.inputs.every((name) => blocked.has(name))) return false
  if (node.op === 'Concat') return wrapAxis(intOf(node, 'axis', 1), 4) === 1
  const size = (name: string) => elementCount(shapes.get(name)?.shape ?? [])
  return joiners.has(node.op) && node.inputs.every((name) => size(name) === size(node.outputs[0] ?? ''))
}
