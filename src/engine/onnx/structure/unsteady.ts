import { intOf, opsetOf, type Graph, type Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'

/** Operators that draw random numbers. */
const random = /^(Random(Normal|Uniform)(Like)?|Multinomial|Bernoulli)$/

/**
 * Why a network answers differently from call to call, or by the other images of a call: operators that draw random numbers, and
 * dropout and batch norms that are left in training mode. undefined where no operator does.
 */
export function unsteadyReason(graph: Graph): string | undefined {
  const shapes = inferShapes(graph, inputSizes(graph))
  const isOn = (name: string | undefined) => name !== undefined && shapes.get(name)?.value?.[0] === 1
  const because = (node: Node): string | undefined => {
    if (node.domain !== '') return undefined
    if (random.test(node.op)) return `${node.op} ${node.name} draws random numbers`
    if (node.op === 'Dropout' && isOn(node.inputs[2])) return `Dropout ${node.name} is in training mode`
    if (node.op !== 'BatchNormalization') return undefined
    // Before opset 14 more than one output says it, unless an attribute of the oldest forms says otherwise.
    const trains =
      intOf(node, 'training_mode', 0) === 1 ||
      (opsetOf(graph) < 14 &&
        intOf(node, 'is_test', 0) === 0 &&
        node.outputs.filter((name) => name !== '').length > 1)
    return trains ? `BatchNormalization ${node.name} is in training mode` : undefined
  }
  for (const node of graph.nodes) {
    const found = because(node)
    if (found !== undefined) return found
  }
  return undefined
}
