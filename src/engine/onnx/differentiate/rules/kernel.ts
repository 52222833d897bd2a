import { ints } from '../../rewrite/build.ts'
import type { Context } from '../context.ts'

// What is made of weights here is constant, so the runtime computes it once, at load.

/** Taps of a kernel along one axis: `taps` of them, `step` apart, from `first` on. */
export interface Taps {
  first: number
  taps: number
  step: number
}

const reversedEnd = -(2 ** 31) + 1

/** Some taps of a kernel [O, I/g, …], in reverse order. */
export function turned(c: Context, weight: string, axes: readonly Taps[]): string {
  const starts = axes.map(({ first, taps, step }) => first + step * (taps - 1))
  const ends = axes.map(({ first }) => (first === 0 ? reversedEnd : first - 1))
  const lists = [starts, ends, axes.map((_, axis) => axis + 2), axes.map(({ step }) => -step)]
  return c.build.node('Slice', [weight, ...lists.map((list) => c.build.int64s(list))])
}

/** A kernel [O, I/g, …] as [I, O/g, …]. `shape` begins with O and I/g; `kernel` has the sizes that follow. */
export function exchanged(
  c: Context,
  weight: string,
  [outputs = 1, perGroup = 1]: readonly number[],
  kernel: readonly number[],
  group: number,
): string {
  if (perGroup === 1 && outputs === group) return weight
  const axes = kernel.map((_, axis) => axis + 2)
  if (group === 1) return c.build.node('Transpose', [weight], { perm: ints([1, 0, ...axes]) })
  const split = c.build.node('Reshape', [
    weight,
    c.build.int64s([group, outputs / group, perGroup, ...kernel]),
  ])
  const perm = [0, 2, 1, ...axes.map((axis) => axis + 1)]
  const swapped = c.build.node('Transpose', [split], { perm: ints(perm) })
  return c.build.node('Reshape', [swapped, c.build.int64s([group * perGroup, outputs / group, ...kernel])])
}

/**
 * The kernels of all phases of a convolution of stride s: [O, I, kh, kw] to [s s I, O, th, tw], in the order of DepthToSpace.
 * The kernel gets `zeros` in front, and behind as many as s `taps` leave; every s-th tap, in reverse order, belongs to a phase.
 */
export function phaseKernels(
  c: Context,
  weight: string,
  [outputs = 1, inputs = 1, ...kernel]: readonly number[],
  { stride, taps, zeros }: { stride: number; taps: readonly number[]; zeros: readonly number[] },
): string {
  const behind = kernel.map((size, axis) => stride * (taps[axis] ?? 0) - (zeros[axis] ?? 0) - size)
  const pads = c.build.int64s([0, 0, ...zeros, 0, 0, ...behind])
  const padded = c.build.node('Pad', [weight, pads, c.scalar(0)])
  const split = c.build.node('Reshape', [
    padded,
    c.build.int64s([outputs, inputs, ...taps.flatMap((count) => [count, stride])]),
  ])
  const lists = [
    [-1, -1],
    [reversedEnd, reversedEnd],
    [2, 4],
    [-1, -1],
  ]
  const reversed = c.build.node('Slice', [split, ...lists.map((list) => c.build.int64s(list))])
  const ordered = c.build.node('Transpose', [reversed], { perm: ints([3, 5, 1, 0, 2, 4]) })
  return c.build.node('Reshape', [ordered, c.build.int64s([stride * stride * inputs, outputs, ...taps])])
}
