import type { Graph, Value } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { assumedSide } from '../shape/sizes.ts'

/** Colours of an image. */
const colours = 3

/** A side that networks of any size take, if they take the assumed one. */
const anotherSide = assumedSide + 32

/** Sides in pixels that image classifiers are trained at, the usual ones first. */
const usualSides = [
  384, 256, 448, 512, 336, 518, 288, 299, 192, 300, 320, 380, 456, 528, 600, 160, 128, 96, 64, 32,
]

/**
 * Fixes axes of an image input that a file leaves open although only one size of them can be: three colours, and the side of a
 * network whose shapes are known at one usual side alone, because its position embedding has one number of patches. Exporters of
 * Hugging Face leave all axes open.
 */
export function openAxesClosed(graph: Graph): Graph {
  const [input, ...others] = graph.inputs
  if (!input || others.length > 0 || input.shape?.length !== 4) return graph
  const [batch = null, channels, height = null, width = null] = input.shape
  const coloured = {
    ...input,
    shape: [batch, typeof channels === 'number' ? channels : colours, height, width],
  }
  const isOpen = typeof height !== 'number' && typeof width !== 'number'
  const side = isOpen ? onlySide({ ...graph, inputs: [coloured] }, coloured) : null
  const closed =
    side === null ? coloured : { ...input, shape: [batch, coloured.shape[1] ?? colours, side, side] }
  return { ...graph, inputs: [closed] }
}

/** The usual side at which the network has known shapes, where it has none at another; null where it has them at several. */
function onlySide(graph: Graph, input: Value): number | null {
  const reaches = (side: number) => {
    const [first, channels = colours] = input.shape ?? []
    const shape = [typeof first === 'number' ? first : 1, Number(channels), side, side]
    const shapes = inferShapes(graph, new Map([[input.name, shape]]))
    return graph.outputs.every(({ name }) => shapes.get(name)?.shape)
  }
  if (!reaches(assumedSide)) return usualSides.find(reaches) ?? null
  return reaches(anotherSide) ? null : assumedSide
}
