import type { Inspection, Layer } from '#shared/contract/index.ts'

/** A layer, from its operator, the shape of its output without the batch, and the shapes of its weights. */
export const layer = (
  op: string,
  output: number[] = [8, 4, 4],
  ...weights: number[][]
): Omit<Layer, 'index'> => ({
  node: op,
  op,
  outputShape: ['N', ...output],
  parameters: weights.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0),
  macs: weights.length > 0 ? 100 : 0,
  weights: weights.map((shape, at) => ({ name: `w${at}`, shape })),
})

/** Layers of a depthwise unit and a pointwise unit. Each unit ends in its addition. */
export const mixing = (kernel: number, channels = 8) => [
  layer('BatchNormalization', [channels, 4, 4], [channels]),
  layer('Conv', [channels, 4, 4], [channels, 1, kernel, kernel]),
  layer('Add', [channels, 4, 4]),
]
export const pointwise = (channels = 8) => [
  layer('Conv', [channels, 4, 4], [4 * channels, channels, 1, 1]),
  layer('Add', [channels, 4, 4]),
]

/**
 * A part of a model, in order: plain layers, or with a stage a block of units whose last layers are their additions.
 */
export type Piece = Omit<Layer, 'index'>[] | { stage: number; units: Omit<Layer, 'index'>[][] }

export function inspectionOf(pieces: Piece[]): Inspection {
  const layers: Layer[] = []
  const put = (rows: Omit<Layer, 'index'>[]) =>
    rows.map((row) => {
      const index = layers.length
      layers.push({ ...row, index, node: `${row.op}_${index}` })
      return index
    })
  const blocks: Inspection['blocks'] = []
  for (const piece of pieces) {
    if (Array.isArray(piece)) {
      put(piece)
      continue
    }
    const units = piece.units.map((unit) => {
      const places = put(unit)
      return { add: `Add_${places.at(-1)}`, skip: 'identity' as const, layers: places }
    })
    const own = units.flatMap((unit) => unit.layers.map((place) => layers[place]!))
    blocks.push({
      index: blocks.length,
      stage: piece.stage,
      adds: units.map(({ add }) => add),
      removable: true,
      parameters: own.reduce((sum, one) => sum + one.parameters, 0),
      macs: own.reduce((sum, one) => sum + (one.macs ?? 0), 0),
      units,
    })
  }
  return {
    family: 'unknown',
    familyReason: '',
    opset: 17,
    irVersion: 8,
    producer: '',
    parameters: 0,
    macs: 0,
    inputs: [],
    outputs: [],
    blocks,
    convolutions: layers
      .filter(({ op }) => op === 'Conv')
      .map(({ node, weights: [weight] }) => ({
        node,
        weight: weight?.name ?? '',
        channels: weight?.shape[0] ?? 0,
        kernel: [weight?.shape[2] ?? 1, weight?.shape[3] ?? 1] as [number, number],
        group: weight?.shape[1] === 1 ? (weight.shape[0] ?? 1) : 1,
        stride: [1, 1] as [number, number],
        depthwise: weight?.shape[1] === 1,
      })),
    layers,
    bytes: 0,
    rewrites: [],
  }
}
