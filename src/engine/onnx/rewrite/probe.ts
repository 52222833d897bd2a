import { KernelscopeError } from '#shared/errors.ts'
import type { Graph, Value } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import type { AttentionMap } from '../structure/attention.ts'
import type { FeaturePoint } from '../structure/features.ts'
import { fourAxes } from './attentionAxes.ts'
import { GraphBuilder, int, ints } from './build.ts'
import { upgraded } from './upgrade.ts'

type FeatureAxes = Pick<FeaturePoint, 'layout' | 'extraTokens'>

/** How a tensor is reduced. The reduction is computed in the graph, so that only its result is copied. */
type Reduction =
  /** The whole tensor. */
  | { kind: 'none' }
  /** Unbiased variance over positions, in two passes, for each image and channel: [N,C]. */
  | { kind: 'variance'; of: FeatureAxes }
  /** Sum over images of the features times the image's weight in `rowWeights`, [N]. Has the tensor's shape with N = 1. */
  | { kind: 'weightedSum'; of: FeatureAxes }
  /** Products of the images' features with each other, all values of an image in one row, less the mean over images: [N,N]. */
  | { kind: 'gram' }
  /** Attention of the class token to each patch, without renormalisation: [N,heads,patches]. */
  | { kind: 'classRow'; of: AttentionMap }
  /** Attention distance in pixels, without the class token: summed over keys, averaged over queries, [N,heads]. */
  | { kind: 'attentionDistance'; of: AttentionMap; patch: number }

/** A tensor to read, its reduction, and the name of the new output. */
export interface Tap {
  tensor: string
  as: string
  reduce?: Reduction
}

/** Name of the input with a weight per image, float32 [N]. The graph has it where a tap needs a weighted sum. */
export const rowWeightsInput = 'rowWeights'

/**
 * Adds outputs for inner tensors, after the graph's own outputs.
 *
 * @throws MODEL_UNSUPPORTED where a tensor is not in the graph, or the name of an output is taken
 */
export function probe(graph: Graph, taps: readonly Tap[]): Graph {
  const shapes = inferShapes(graph, inputSizes(graph))
  const plain = taps.every(({ reduce }) => reduce === undefined || reduce.kind === 'none')
  const build = new GraphBuilder(plain ? graph : upgraded(graph, shapes), 'probe')
  const taken = new Set(build.graph.outputs.map(({ name }) => name))
  const outputs = taps.map(({ tensor, as, reduce = { kind: 'none' } }): Value => {
    const type = shapes.get(tensor)?.type
    if (type === undefined)
      throw new KernelscopeError('MODEL_UNSUPPORTED', `tensor ${tensor} is not in the graph`)
    if (taken.has(as) || shapes.has(as))
      throw new KernelscopeError('MODEL_UNSUPPORTED', `output ${as}: the name is taken`)
    taken.add(as)
    build.node('Identity', [reduced(build, tensor, reduce, type === 'float16')], {}, as)
    return { name: as, type: reduce.kind === 'none' ? type : 'float32', shape: null }
  })
  const weighted = taps.some(({ reduce }) => reduce?.kind === 'weightedSum')
  const [batch = null] = graph.inputs[0]?.shape ?? []
  return build.finish({
    inputs: [
      ...build.graph.inputs,
      ...(weighted ? [{ name: rowWeightsInput, type: 'float32' as const, shape: [batch] }] : []),
    ],
    outputs: [...build.graph.outputs, ...outputs],
  })
}

function reduced(build: GraphBuilder, tensor: string, reduction: Reduction, half: boolean): string {
  if (reduction.kind === 'none') return tensor
  const x = half ? build.node('Cast', [tensor], { to: int(1) }) : tensor
  switch (reduction.kind) {
    case 'variance':
      return variance(build, x, reduction.of)
    case 'weightedSum':
      return weightedSum(build, x, reduction.of)
    case 'gram':
      return gram(build, x)
    case 'classRow':
      return classRow(build, x, reduction.of)
    case 'attentionDistance':
      return attentionDistance(build, x, reduction.of, reduction.patch)
  }
}

/** Axes of the positions, by layout. */
const positions = { map: [2, 3], mapLast: [1, 2], tokens: [1] } as const

function variance(build: GraphBuilder, tensor: string, { layout, extraTokens }: FeatureAxes): string {
  const axes = build.int64s(positions[layout])
  const x = extraTokens > 0 ? from(build, tensor, 1, extraTokens) : tensor
  const centred = build.node('Sub', [x, build.node('ReduceMean', [x, axes])])
  const sum = build.node('ReduceSum', [build.node('Mul', [centred, centred]), axes], { keepdims: int(0) })
  const count = build.node('ReduceProd', [build.node('Gather', [build.node('Shape', [x]), axes])], {
    keepdims: int(0),
  })
  const freedom = build.node('Sub', [count, build.constant([1], 'int64', [])])
  return build.node('Div', [sum, build.node('Cast', [freedom], { to: int(1) })])
}

function weightedSum(build: GraphBuilder, tensor: string, { layout }: FeatureAxes): string {
  const others = positions[layout].length + 1
  const perImage = build.node('Reshape', [
    rowWeightsInput,
    build.int64s([-1, ...new Array<number>(others).fill(1)]),
  ])
  return build.node('ReduceSum', [build.node('Mul', [tensor, perImage]), build.int64s([0])])
}

/** Less the mean, because differences of features are small beside it, and float32 would lose them in the products. */
function gram(build: GraphBuilder, tensor: string): string {
  const rows = build.node('Reshape', [tensor, build.int64s([0, -1])])
  const centred = build.node('Sub', [rows, build.node('ReduceMean', [rows, build.int64s([0])])])
  return build.node('MatMul', [centred, build.node('Transpose', [centred], { perm: ints([1, 0]) })])
}

/** The slice from `start` to the end along one axis. */
function from(build: GraphBuilder, x: string, axis: number, start: number): string {
  return build.node('Slice', [x, ...[start, 2 ** 31 - 1, axis].map((value) => build.int64s([value]))])
}

function classRow(build: GraphBuilder, tensor: string, map: AttentionMap): string {
  if (!map.hasClassToken)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `tensor ${map.tensor} has no class token`)
  const row = build.node('Gather', [fourAxes(build, tensor, map), build.constant([0], 'int64', [])], {
    axis: int(2),
  })
  return from(build, row, 2, map.extraTokens)
}

function attentionDistance(build: GraphBuilder, tensor: string, map: AttentionMap, patch: number): string {
  const [rows, columns] = map.grid
  const places = Array.from(
    { length: rows * columns },
    (_, at) => [Math.floor(at / columns), at % columns] as const,
  )
  const distances = places.flatMap(([row, column]) =>
    places.map(([otherRow, otherColumn]) => patch * Math.hypot(row - otherRow, column - otherColumn)),
  )
  const whole = fourAxes(build, tensor, map)
  const extra = map.extraTokens
  const patches = extra > 0 ? from(build, from(build, whole, 2, extra), 3, extra) : whole
  const weighted = build.node('Mul', [
    patches,
    build.constant(distances, 'float32', [places.length, places.length]),
  ])
  const perQuery = build.node('ReduceSum', [weighted, build.int64s([3])], { keepdims: int(0) })
  return build.node('ReduceMean', [perQuery, build.int64s([2])], { keepdims: int(0) })
}
