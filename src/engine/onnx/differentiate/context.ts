import { KernelscopeError } from '#shared/errors.ts'
import { codeOf, type ElementType } from '../elementType.ts'
import type { Node } from '../graph.ts'
import { int, type GraphBuilder } from '../rewrite/build.ts'
import type { SizedShapes } from '../shape/sizes.ts'
import { blockedTensors } from './blocked.ts'

/** A cotangent that is zero outside a range of one axis. Slices that cover the axis are joined by one Concat. */
export interface CotangentSlice {
  value: string
  axis: number
  /** Index of the first element, number of elements, and size of the whole axis. */
  start: number
  length: number
  size: number
}

/** The cotangent of an input of a node: the name of a tensor, or a slice of one. */
export type Cotangent = string | CotangentSlice

/** One node in the backward pass. */
export interface BackwardNode {
  node: Node
  /** Cotangents of the outputs; undefined where an output has none. */
  dys: readonly (string | undefined)[]
  /** Cotangent of the first output. */
  dy: string
  /** Whether the gradient to input `index` is needed. */
  wants(index: number): boolean
  c: Context
}

/** Gives the cotangent of each input; undefined (or no entry) where it is not needed or zero. */
export type GradientRule = (step: BackwardNode) => (Cotangent | undefined)[]

/** Shared by the rules: the graph that is built, and the shapes and values of the forward tensors. */
export class Context {
  readonly build: GraphBuilder
  readonly #sized: SizedShapes
  readonly #type: ElementType
  readonly #blocked: ReadonlySet<string>
  readonly #outputs = new Map<Node, readonly string[]>()

  /** `sized.shapes` must be for a batch larger than one, or a fixed one, so that a batch axis does not look like a broadcast. */
  constructor(build: GraphBuilder, sized: SizedShapes, type: ElementType) {
    this.build = build
    this.#sized = sized
    this.#type = type
    this.#blocked = blockedTensors(build.graph.nodes, sized.shapes)
  }

  /** A constant of the graph's floating-point type. */
  scalar(value: number): string {
    return this.build.scalar(value, this.#type)
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    return this.build.constant(values, this.#type, shape)
  }

  shape(name: string, node: Node): readonly number[] {
    const shape = this.#sized.shapes.get(name)?.shape
    if (!shape) throw refusal(node, `the shape of ${name} is not known`)
    return shape
  }

  /**
   * Size of an axis.
   *
   * @throws MODEL_UNSUPPORTED where the size depends on the batch or on an open image size
   */
  fixed(name: string, axis: number, node: Node): number {
    const dim = this.#sized.describe(name)?.[axis]
    if (typeof dim !== 'number') throw refusal(node, `axis ${axis} of ${name} has no fixed size`)
    return dim
  }

  /** Whether the size of an axis depends on the batch or on an open image size. */
  isOpen(name: string, axis: number): boolean {
    return typeof this.#sized.describe(name)?.[axis] !== 'number'
  }

  type(name: string): ElementType | 'other' | undefined {
    return this.#sized.shapes.get(name)?.type
  }

  /** Elements of a small constant; undefined for other tensors. */
  value(name: string | undefined): readonly number[] | undefined {
    return name === undefined ? undefined : this.#sized.shapes.get(name)?.value
  }

  /** The names of the first `count` outputs of a node of the forward pass. It gets those that it lacks. */
  outputsOf(node: Node, count: number): readonly string[] {
    const outputs = Array.from(
      { length: count },
      (_, index) => node.outputs[index] || this.build.fresh(node.op),
    )
    this.#outputs.set(node, outputs)
    return outputs
  }

  /** The nodes of the forward pass, with the outputs that rules asked for. */
  forwardNodes(): readonly Node[] {
    return this.build.graph.nodes.map((node) => {
      const outputs = this.#outputs.get(node)
      return outputs ? { ...node, outputs } : node
    })
  }

  /** Whether ONNX Runtime is expected to hold a tensor of the forward pass in its blocked layout. */
  blocked(name: string): boolean {
    return this.#blocked.has(name)
  }

  /** The same tensor [N,C,H,W], as the result of a convolution with 1x1 kernels of one, which has the blocked layout. */
  intoBlocked(x: string, channels: number): string {
    return this.perChannelConv(x, channels, 1)
  }

  /** Convolution that multiplies each of `channels` by `factor`. */
  perChannelConv(x: string, channels: number, factor: number): string {
    const kernels = this.floats(new Array<number>(channels).fill(factor), [channels, 1, 1, 1])
    return this.build.node('Conv', [x, kernels], { group: int(channels) })
  }

  mul = (a: string, b: string) => this.build.node('Mul', [a, b])
  add = (a: string, b: string) => this.build.node('Add', [a, b])
  sub = (a: string, b: string) => this.build.node('Sub', [a, b])
  times = (a: string, factor: number) => (factor === 1 ? a : this.mul(a, this.scalar(factor)))

  /** `dy` where `condition` (bool) is true, else 0. */
  where(condition: string, dy: string): string {
    return this.build.node('Where', [condition, dy, this.scalar(0)])
  }

  /** Converts a condition (bool) to 0 and 1. */
  mask(condition: string): string {
    return this.cast(condition, this.#type)
  }

  sum(x: string, axes: readonly number[], keep = true): string {
    return this.build.node('ReduceSum', [x, this.build.int64s(axes)], { keepdims: int(keep ? 1 : 0) })
  }

  mean(x: string, axes: readonly number[]): string {
    return this.build.node('ReduceMean', [x, this.build.int64s(axes)], { keepdims: int(1) })
  }

  /**
   * Shape of `like` as an input of Reshape, for a tensor with the shape of `from`. It is a constant where at most one axis is
   * open: 0 for a batch axis that both have, where `like` is blocked, else -1. By the 0 ONNX Runtime knows that the axis stays
   * the same, and leaves what follows blocked. Elsewhere it would reserve more memory for tensors of known shapes.
   */
  reshapeTarget(like: string, from?: string): string {
    const dims = this.#sized.describe(like)
    const open = dims?.filter((dim) => typeof dim !== 'number').length ?? Infinity
    if (!dims || open > 1) return this.build.node('Shape', [like])
    const same = from !== undefined && this.blocked(like) && this.#sized.describe(from)?.[0] === dims[0]
    return this.build.int64s(
      dims.map((dim, axis) => (typeof dim === 'number' ? dim : same && axis === 0 ? 0 : -1)),
    )
  }

  /** Gives `x`, with the shape of `from` where that is given, the shape of `like`. */
  reshape(x: string, like: string, from?: string): string {
    return this.build.node('Reshape', [x, this.reshapeTarget(like, from)])
  }

  /** Broadcasts `x` to the shape of `like`. */
  expand(x: string, like: string): string {
    return this.build.node('Expand', [x, this.build.node('Shape', [like])])
  }

  /** Sums `dy`, of the broadcast shape `full`, to the shape of the operand `name`. */
  unbroadcast(dy: string, full: readonly number[], name: string, node: Node): string {
    const shape = this.shape(name, node)
    const lead = full.length - shape.length
    const axes = full.flatMap((dim, axis) =>
      axis < lead || (shape[axis - lead] === 1 && dim !== 1) ? [axis] : [],
    )
    const summed = axes.length === 0 ? dy : this.sum(dy, axes)
    return lead === 0 ? summed : this.reshape(summed, name)
  }

  cast(x: string, type: ElementType): string {
    return this.build.node('Cast', [x], { to: int(codeOf(type)) })
  }

  /** Pads a slice with zeros to the whole tensor of `rank` axes. */
  padded({ value, axis, start, length, size }: CotangentSlice, rank: number): string {
    if (length === size) return value
    const at = (amount: number) => Array.from({ length: rank }, (_, index) => (index === axis ? amount : 0))
    const pads = this.build.int64s([...at(start), ...at(size - start - length)])
    return this.build.node('Pad', [value, pads, this.scalar(0)])
  }
}

/** The error for a node that cannot be differentiated. */
export function refusal(node: Node, reason: string): KernelscopeError {
  return new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `node ${node.name} (${node.op}) cannot be differentiated: ${reason}`,
  )
}
