import type { Graph, Value } from '../graph.ts'
import { GraphBuilder, int, renameUses } from '../rewrite/build.ts'
import { cotangentInput, differentiate } from './differentiate.ts'

/** Names of the inputs that replace the cotangent. */
export const labelsInput = 'labels'
export const weightInput = 'weight'

/**
 * `differentiate` with a cotangent of the logits that is computed in the graph: weight * softmax(logits) - labels. The
 * inputs are `labels`, float32 [N,classes], and `weight`, float32 [1]. One-hot labels and weight 1 give the gradient of
 * the cross entropy summed over the batch. Minus one-hot labels and weight 0 give the gradient of the true logit. It takes
 * one run instead of two. With `inner` tensors the gradients to these are given in place of the one to the images.
 *
 * @throws MODEL_UNSUPPORTED where an operator between input and output has no rule; the message names operator and node
 */
export function crossEntropyGradient(graph: Graph, inner?: readonly string[]): Graph {
  const backward = differentiate(graph, inner ? { inner } : {})
  const [logits] = backward.outputs
  const build = new GraphBuilder(backward, 'loss')
  if (!logits) return backward
  const softmax = build.node('Softmax', [logits.name], { axis: int(-1) })
  const cotangent = build.node('Sub', [build.node('Mul', [softmax, weightInput]), labelsInput])
  const labels: Value = { name: labelsInput, type: 'float32', shape: logits.shape }
  const weight: Value = { name: weightInput, type: 'float32', shape: [1] }
  return build.finish({
    nodes: renameUses(backward.nodes, new Map([[cotangentInput, cotangent]])),
    inputs: [...backward.inputs.filter(({ name }) => name !== cotangentInput), labels, weight],
  })
}
