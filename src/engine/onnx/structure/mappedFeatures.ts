import type { Graph, Node } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { blockOutputs, describeFeatures, type FeaturePoint } from './features.ts'
import { Flow } from './flow.ts'
import { patchGrid } from './layout.ts'

/**
 * The feature points from which a map of the image can be read: they have several positions, and the output depends on all of
 * them. Of a model with a class token the tokens of patches count up to the last attention, which is the last to read them.
 */
export function mappedPoints(graph: Graph): FeaturePoint[] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const last = graph.nodes.findLast(
    ({ op, outputs: [tensor = ''] }) => op === 'Softmax' && (flow.shape(tensor)?.length ?? 0) >= 3,
  )
  const before = last ? flow.ancestors(last.outputs[0] ?? '', new Set()) : new Set<Node>()
  return blockOutputs(graph).filter(({ tensor, layout, extraTokens: extra }) => {
    const [, first = 1, second = 1, third = 1] = flow.shape(tensor) ?? []
    const positions =
      layout === 'map' ? second * third : layout === 'mapLast' ? first * second : first - extra
    const producer = flow.producer(tensor)
    return positions > 1 && (extra === 0 || (producer !== undefined && before.has(producer)))
  })
}

/** A feature point of `mappedPoints` with its title and the rows and columns of its positions. */
export interface MappedPoint extends FeaturePoint {
  title: string
  grid: [number, number]
}

/** `mappedPoints` with titles and grids. Tokens are a square, or else the grid of the patches. */
export function describeMapped(graph: Graph): MappedPoint[] {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const titles = new Map(describeFeatures(graph).points.map(({ tensor, title }) => [tensor, title]))
  const patches = patchGrid(flow)
  return mappedPoints(graph).map((point) => {
    const [, first = 1, second = 1, third = 1] = flow.shape(point.tensor) ?? []
    const count = first - point.extraTokens
    const side = Math.sqrt(count)
    const tokens: [number, number] =
      patches && patches[0] * patches[1] === count
        ? patches
        : Number.isInteger(side)
          ? [side, side]
          : [1, count]
    const grid: [number, number] =
      point.layout === 'map' ? [second, third] : point.layout === 'mapLast' ? [first, second] : tokens
    return { ...point, title: titles.get(point.tensor) ?? point.tensor, grid }
  })
}
