import type { Graph } from '../graph.ts'

/**
 * Fixes the height and width of the image input, [N,3,H,W], where the file leaves them open, as exporters of Hugging Face do. A
 * backward pass needs sizes: padding and strides decide by them which gradients there are. Sides that the file fixes stay.
 *
 * @param size height and width in pixels
 */
export function closeSides(graph: Graph, [height, width]: readonly [number, number]): Graph {
  const [input, ...others] = graph.inputs
  if (!input || input.shape?.length !== 4) return graph
  const sides = [null, null, height, width]
  const shape = input.shape.map((dim, axis) => (typeof dim === 'number' ? dim : (sides[axis] ?? dim)))
  return { ...graph, inputs: [{ ...input, shape }, ...others] }
}
