import { floatOf, intOf, intsOf, type Node } from '../graph.ts'
import type { Flow } from './flow.ts'

/** A depthwise convolution, and the batch norm after it where the exporter did not fold it. */
export interface Branch {
  conv: Node
  norm: Node | undefined
  kernel: number
}

/** A large depthwise kernel and a parallel small one, whose outputs are added (RepLKNet before its merge). */
export interface ParallelKernels {
  large: Branch
  small: Branch
}

/**
 * Finds parallel depthwise kernels, by the name of the large convolution: two depthwise convolutions of one tensor with
 * equal strides and the same centre, each with an optional batch norm, whose outputs are added.
 */
export function parallelKernels(flow: Flow): Map<string, ParallelKernels> {
  const found = new Map<string, ParallelKernels>()
  for (const add of flow.graph.nodes) {
    if (add.op !== 'Add') continue
    const [a, b] = add.inputs.map((name) => branchAt(name, flow))
    if (!a || !b || a.kernel === b.kernel || !sameWalk(a.conv, b.conv)) continue
    const [large, small] = a.kernel > b.kernel ? [a, b] : [b, a]
    found.set(large.conv.name, { large, small })
  }
  return found
}

function branchAt(name: string, flow: Flow): Branch | undefined {
  const node = flow.producer(name)
  const norm = node?.op === 'BatchNormalization' ? node : undefined
  const conv = norm ? flow.producer(norm.inputs[0] ?? '') : node
  if (conv?.op !== 'Conv' || (norm && flow.readers(conv.outputs[0] ?? '').length !== 1)) return undefined
  const [channels = 0, perGroup, height = 0, width] = flow.weight(conv.inputs[1])?.shape ?? []
  const depthwise = perGroup === 1 && channels === intOf(conv, 'group', 1) && channels > 1
  const centred = padsOf(conv).every((pad) => pad === (height - 1) / 2)
  if (!depthwise || height !== width || height % 2 === 0 || !centred) return undefined
  if (intsOf(conv, 'dilations')?.some((step) => step !== 1)) return undefined
  return { conv, norm, kernel: height }
}

const padsOf = (conv: Node) => intsOf(conv, 'pads') ?? [0, 0, 0, 0]

/** Whether two convolutions have the same input and the same strides. */
const sameWalk = (a: Node, b: Node) =>
  a.inputs[0] === b.inputs[0] &&
  (intsOf(a, 'strides') ?? [1, 1]).join() === (intsOf(b, 'strides') ?? [1, 1]).join()

/** Epsilon of a batch norm. */
export const epsilonOf = (norm: Node): number => floatOf(norm, 'epsilon', 1e-5)
