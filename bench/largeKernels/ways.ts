import { GraphBuilder, int, ints } from '#engine/onnx/rewrite/build.ts'
import type { Graph, Tensor } from '#engine/onnx/graph.ts'

/** A square depthwise convolution of stride 1 whose output has the size of its images, float32. */
export interface Layer {
  channels: number
  side: number
  kernel: number
  /** [channels, kernel, kernel] */
  weight: Float32Array
}

/** Adds a way to compute a layer to a graph; gives the name of its output, undefined where the layer is too large for it. */
type Way = (g: Growing, image: string, layer: Layer) => string | undefined

/** A graph that grows, with large constants. */
class Growing {
  readonly tensors = new Map<string, Tensor>()
  readonly build: GraphBuilder

  constructor(shape: readonly number[]) {
    this.build = new GraphBuilder(
      {
        ...{ name: 'layer', irVersion: 8, opsets: new Map([['', 18]]), nodes: [], tensors: new Map() },
        inputs: [{ name: 'image', type: 'float32', shape }],
        outputs: [{ name: 'answer', type: 'float32', shape: null }],
      },
      'way',
    )
  }

  weight(values: Float32Array, shape: readonly number[]): string {
    const name = `weight${this.tensors.size}`
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    this.tensors.set(name, { name, type: 'float32', shape, data: { kind: 'inline', bytes } })
    return name
  }

  depthwise(image: string, weight: Float32Array, [rows, columns]: [number, number], pads: number[]): string {
    const channels = weight.length / rows / columns
    return this.build.node('Conv', [image, this.weight(weight, [channels, 1, rows, columns])], {
      ...{ group: int(channels), pads: ints(pads) },
    })
  }

  /** A copy with zeros around it (top, left, bottom, right), or without pixels at its end where those are negative. */
  copy(
    image: string,
    channels: number,
    [top, left, bottom, right]: [number, number, number, number],
  ): string {
    const [rows, columns] = [
      1 + Math.max(0, -bottom) + Math.max(0, -top),
      1 + Math.max(0, -right) + Math.max(0, -left),
    ]
    const one = new Float32Array(channels * rows * columns)
    const place = Math.max(0, -top) * columns + Math.max(0, -left)
    for (let c = 0; c < channels; c++) one[c * rows * columns + place] = 1
    const pads = [top, left, bottom, right].map((pad) => Math.max(0, pad))
    return this.depthwise(image, one, [rows, columns], pads)
  }

  finish(): Graph {
    const graph = this.build.finish()
    return { ...graph, tensors: new Map([...graph.tensors, ...this.tensors]) }
  }
}

const halfOf = ({ kernel }: Layer) => (kernel - 1) / 2

const plain: Way = (g, image, layer) => {
  const half = halfOf(layer)
  return g.depthwise(image, layer.weight, [layer.kernel, layer.kernel], [half, half, half, half])
}

/** As `padColumns` does it. */
const padColumns: Way = (g, image, layer) => {
  const half = halfOf(layer)
  const wide = g.copy(image, layer.channels, [0, half, 0, half])
  return g.depthwise(wide, layer.weight, [layer.kernel, layer.kernel], [half, 0, half, 0])
}

/** Six columns of the output at a time, with those columns of the kernel that see the image; then put side by side by sums. */
const columnsInParts: Way = (g, image, { channels, side, kernel, weight }) => {
  const half = (kernel - 1) / 2
  let sum: string | undefined
  for (let from = 0; from < side; from += 6) {
    const to = Math.min(side, from + 6)
    const low = Math.max(0, half - to + 1)
    const high = Math.min(kernel, side - from + half)
    const part = new Float32Array(channels * kernel * (high - low))
    for (let row = 0; row < channels * kernel; row++)
      part.set(weight.subarray(row * kernel + low, row * kernel + high), row * (high - low))
    const [first, last] = [from - half + low, to - 1 - half + high - 1]
    const seen = g.copy(image, channels, [0, -first, 0, last - side + 1])
    const made = g.depthwise(seen, part, [kernel, high - low], [half, 0, half, 0])
    const placed = g.copy(made, channels, [0, from, 0, side - to])
    sum = sum === undefined ? placed : g.build.node('Add', [placed, sum])
  }
  return sum
}

/** Padding by ONNX's `Pad`, which ONNX Runtime puts back into the convolution. */
const padNode: Way = (g, image, layer) => {
  const half = halfOf(layer)
  const wide = g.build.node('Pad', [image, g.build.int64s([0, 0, 0, half, 0, 0, 0, half])])
  return g.depthwise(wide, layer.weight, [layer.kernel, layer.kernel], [half, 0, half, 0])
}

const padAll: Way = (g, image, layer) => {
  const half = halfOf(layer)
  const wide = g.copy(image, layer.channels, [half, half, half, half])
  return g.depthwise(wide, layer.weight, [layer.kernel, layer.kernel], [0, 0, 0, 0])
}

/** The kernel in `count` strips of rows, which are added up. */
const strips =
  (count: number): Way =>
  (g, image, layer) => {
    const { channels, kernel, weight } = layer
    const half = halfOf(layer)
    const wide = g.copy(image, channels, [0, half, 0, half])
    const step = Math.ceil(kernel / count)
    let sum: string | undefined
    for (let from = 0; from < kernel; from += step) {
      const to = Math.min(kernel, from + step)
      const rows = to - from
      const part = new Float32Array(channels * rows * kernel)
      for (let c = 0; c < channels; c++)
        part.set(weight.subarray((c * kernel + from) * kernel, (c * kernel + to) * kernel), c * rows * kernel)
      const [top, bottom] = [half - from, to - 1 - half]
      const seen =
        top < 0 || bottom < 0 ? g.copy(wide, channels, [Math.min(0, top), 0, Math.min(0, bottom), 0]) : wide
      const pads = [Math.max(0, top), 0, Math.max(0, bottom), 0]
      const strip = g.depthwise(seen, part, [rows, kernel], pads)
      sum = sum === undefined ? strip : g.build.node('Add', [strip, sum])
    }
    return sum
  }

/** Rows of the image as channels of a grouped convolution along x: sums over all rows, a Toeplitz matrix of blocks along y. */
const rowsAsChannels: Way = (g, image, layer) => {
  const { channels, side, kernel, weight } = layer
  if (side > 32) return undefined
  const half = halfOf(layer)
  const rows = Math.ceil(side / 16) * 16
  const matrix = new Float32Array(channels * rows * rows * kernel)
  for (let c = 0; c < channels; c++)
    for (let to = 0; to < side; to++)
      for (let from = Math.max(0, to - half); from <= Math.min(side - 1, to + half); from++) {
        const at = (c * kernel + from - to + half) * kernel
        matrix.set(weight.subarray(at, at + kernel), ((c * rows + to) * rows + from) * kernel)
      }
  const wide = g.build.node('Pad', [image, g.build.int64s([0, 0, 0, half, 0, 0, rows - side, half])])
  const line = g.build.node('Reshape', [wide, g.build.int64s([0, channels * rows, 1, side + 2 * half])])
  const made = g.build.node('Conv', [line, g.weight(matrix, [channels * rows, rows, 1, kernel])], {
    group: int(channels),
  })
  const back = g.build.node('Reshape', [made, g.build.int64s([0, channels, rows, side])])
  return g.build.node('Slice', [back, g.build.int64s([0]), g.build.int64s([side]), g.build.int64s([2])])
}

/** A matrix [pixels, pixels] for each channel. */
const matrixPerChannel: Way = (g, image, layer) => {
  const { channels, side, kernel, weight } = layer
  if (side > 14) return undefined
  const half = halfOf(layer)
  const pixels = side * side
  const matrix = new Float32Array(channels * pixels * pixels)
  for (let c = 0; c < channels; c++)
    for (let from = 0; from < pixels; from++)
      for (let to = 0; to < pixels; to++) {
        const y = Math.floor(from / side) - Math.floor(to / side) + half
        const x = (from % side) - (to % side) + half
        if (y >= 0 && y < kernel && x >= 0 && x < kernel)
          matrix[(c * pixels + from) * pixels + to] = weight[(c * kernel + y) * kernel + x] ?? 0
      }
  const flat = g.build.node('Reshape', [image, g.build.int64s([0, channels, pixels])])
  const turned = g.build.node('Transpose', [flat], { perm: ints([1, 0, 2]) })
  const made = g.build.node('MatMul', [turned, g.weight(matrix, [channels, pixels, pixels])])
  const back = g.build.node('Transpose', [made], { perm: ints([1, 0, 2]) })
  return g.build.node('Reshape', [back, g.build.int64s([0, channels, side, side])])
}

/** The ways, by name. The first is the convolution as it is. */
const ways: Record<string, Way> = {
  'as it is': plain,
  'columns padded': padColumns,
  'padded by Pad': padNode,
  'rows and columns padded': padAll,
  'columns padded, in parts of six': columnsInParts,
  'kernel in 2 strips of rows': strips(2),
  'kernel in 4 strips of rows': strips(4),
  'rows as channels, Toeplitz along y': rowsAsChannels,
  'a matrix per channel': matrixPerChannel,
}

export const wayNames = Object.keys(ways)

/**
 * The graph that computes a layer in one way, `image` to `answer`. Convolutions of one 1 stand before and after, as layers of a
 * net do. Null where the layer is too large for the way.
 */
export function graphOf(name: string, layer: Layer, batch: number): Graph | null {
  const { channels, side } = layer
  const g = new Growing([batch, channels, side, side])
  const made = ways[name]?.(g, g.copy('image', channels, [0, 0, 0, 0]), layer)
  if (made === undefined) return null
  const one = g.weight(new Float32Array(channels).fill(1), [channels, 1, 1, 1])
  g.build.node('Conv', [made, one], { group: int(channels) }, 'answer')
  return g.finish()
}
