import type { Dim, Graph, Value } from '../graph.ts'
import { inferShapes, type Shapes } from './infer.ts'

/** Side in pixels that is assumed for an open height or width. */
export const assumedSide = 224

/** Shapes of the graph's inputs. An open first dimension (the batch) becomes `batch`, other open ones become `side`. */
export function inputSizes(
  graph: Graph,
  { batch = 1, side = assumedSide }: { batch?: number; side?: number } = {},
): Map<string, readonly number[]> {
  const fill = ({ shape }: Value) =>
    (shape ?? []).map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? batch : side))
  return new Map(graph.inputs.filter(({ shape }) => shape !== null).map((input) => [input.name, fill(input)]))
}

/** Shapes for `batch` images (or the batch that the file fixes), and their form with symbols for open dimensions. */
export interface SizedShapes {
  shapes: Shapes
  /** Shape with 'batch' (or a multiple) for dimensions that depend on the batch, null for those of the image size. */
  describe(name: string): Dim[] | null
}

/** Infers the shapes for two batch and image sizes. Dimensions that differ are open. `shapes` are those for `batch`. */
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
