import type { Dim, Graph, Value } from '../graph.ts'
import { inferShapes, type Shapes } from './infer.ts'

/** Side assumed for an input whose height or width the file leaves open. */
const assumedSide = 224

/** Sizes of the graph's inputs with open dimensions filled in: the first one (batch) by `batch`, others by `side`. */
export function inputSizes(
  graph: Graph,
  { batch = 1, side = assumedSide }: { batch?: number; side?: number } = {},
): Map<string, readonly number[]> {
  const fill = ({ shape }: Value) =>
    (shape ?? []).map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? batch : side))
  return new Map(graph.inputs.filter(({ shape }) => shape !== null).map((input) => [input.name, fill(input)]))
}

/** Shapes for one image (or the batch the file fixes), and a way to write them with symbols where they are open. */
export interface SizedShapes {
  shapes: Shapes
  /** Shape with 'batch' (or a multiple of it) where it follows the batch, null where it follows the image size. */
  describe(name: string): Dim[] | null
}

/** Infers the shapes for two batch and image sizes and compares them: what differs is open. `shapes` are those for `batch`. */
export function sizedShapes(graph: Graph, { batch = 1 }: { batch?: number } = {}): SizedShapes {
  const shapes = inferShapes(graph, inputSizes(graph, { batch }))
  const dynamic = graph.inputs.some(({ shape }) => shape?.some((dim) => typeof dim !== 'number'))
  const named = graph.inputs[0]?.shape?.[0]
  const symbol = typeof named === 'string' ? named : 'batch'
  const twice = dynamic ? inferShapes(graph, inputSizes(graph, { batch: 2 * batch })) : shapes
  const larger = dynamic ? inferShapes(graph, inputSizes(graph, { batch, side: assumedSide + 32 })) : shapes
  const describe = (name: string) => {
    const shape = shapes.get(name)?.shape
    if (!shape) return null
    const [doubled, grown] = [twice.get(name)?.shape, larger.get(name)?.shape]
    return shape.map((dim, axis): Dim => {
      if (grown?.[axis] !== dim) return null
      if (doubled?.[axis] === dim) return dim
      if (doubled?.[axis] !== 2 * dim) return null
      return dim === batch ? symbol : `${dim / batch}*${symbol}`
    })
  }
  return { shapes, describe }
}
