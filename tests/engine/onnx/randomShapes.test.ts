import fc from 'fast-check'
import { describe, it } from 'vitest'
import { int, ints, string, type GraphBuilder } from '#engine/onnx/rewrite/build.ts'
import { expectGradient, expectRuntimeAgrees, graphOf, noise } from './reference/check.ts'

const constant = (build: GraphBuilder, shape: number[]) =>
  build.constant([...noise(shape, 2).data], 'float32', shape)
const side = (min: number, max: number) => fc.integer({ min, max })
const shape = (rank: number, max = 4) => fc.array(side(1, max), { minLength: rank, maxLength: rank })

/** Differentiates random cases. A few of them are compared with the runtime, because each needs a session. */
async function check<T>(
  arbitrary: fc.Arbitrary<T>,
  make: (one: T) => { x: number[]; f: (b: GraphBuilder) => string } | null,
) {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(arbitrary, async (one) => {
      const found = make(one)
      if (!found) return
      const graph = graphOf(found.x, found.f)
      expectGradient(graph, noise(found.x), { samples: 12 })
      if (runs++ % 8 === 0) await expectRuntimeAgrees(graph, noise(found.x))
    }),
    { numRuns: 40, seed: 4 },
  )
}

const window = fc.record({
  size: fc.tuple(side(3, 9), side(3, 9)),
  kernel: fc.tuple(side(1, 4), side(1, 4)),
  strides: fc.tuple(side(1, 3), side(1, 3)),
  dilations: fc.tuple(side(1, 2), side(1, 2)),
  pads: fc.tuple(side(0, 3), side(0, 3), side(0, 3), side(0, 3)),
  channels: fc.constantFrom([1, 2, 2], [4, 1, 2], [2, 3, 1], [3, 1, 1], [1, 3, 4] as const),
})

const reaches = (
  size: readonly number[],
  kernel: readonly number[],
  dilations: readonly number[],
  pads: readonly number[],
) =>
  size.every(
    (s, axis) =>
      s + (pads[axis] ?? 0) + (pads[axis + 2] ?? 0) >= ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1,
  )

describe('random shapes', () => {
  it('convolutions of any size, stride, dilation, padding and group', async () => {
    await check(
      window,
      ({ size, kernel, strides, dilations, pads, channels: [group = 1, perGroup = 1, outputs = 1] }) => {
        if (!reaches(size, kernel, dilations, pads)) return null
        const attributes = {
          group: int(group),
          strides: ints(strides),
          dilations: ints(dilations),
          pads: ints(pads),
        }
        const weight = [group * outputs, perGroup, ...kernel]
        return {
          x: [2, group * perGroup, ...size],
          f: (b) => b.node('Conv', ['x', constant(b, weight)], attributes),
        }
      },
    )
  })

  it('convolutions with automatic padding', async () => {
    const modes = fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID')
    await check(fc.tuple(window, modes), ([{ size, kernel, strides }, mode]) => {
      if (mode === 'VALID' && !reaches(size, kernel, [1, 1], [0, 0, 0, 0])) return null
      const attributes = { strides: ints(strides), auto_pad: string(mode) }
      return {
        x: [1, 2, ...size],
        f: (b) => b.node('Conv', ['x', constant(b, [3, 2, ...kernel])], attributes),
      }
    })
  })

  it.each(['MaxPool', 'AveragePool'])('%s with padding and an incomplete last window', async (op) => {
    await check(
      fc.tuple(window, fc.boolean(), fc.boolean()),
      ([{ size, kernel, strides, pads }, ceil, counted]) => {
        const within = pads.map((pad, index) => Math.min(pad, (kernel[index % 2] ?? 1) - 1))
        if (!reaches(size, kernel, [1, 1], within)) return null
        const attributes = {
          kernel_shape: ints(kernel),
          strides: ints(strides),
          pads: ints(within),
          ceil_mode: int(ceil ? 1 : 0),
          ...(op === 'AveragePool' ? { count_include_pad: int(counted ? 1 : 0) } : {}),
        }
        return { x: [2, 2, ...size], f: (b) => b.node(op, ['x'], attributes) }
      },
    )
  })

  it('slices with any bounds and steps', async () => {
    const bound = fc.integer({ min: -9, max: 9 })
    const step = fc.constantFrom(-3, -2, -1, 1, 2, 3)
    const cut = fc.record({ start: bound, end: bound, step })
    await check(fc.tuple(shape(3, 7), fc.array(cut, { minLength: 3, maxLength: 3 })), ([x, cuts]) => {
      const lists = [
        cuts.map(({ start }) => start),
        cuts.map(({ end }) => end),
        [0, 1, 2],
        cuts.map((one) => one.step),
      ]
      const f = (b: GraphBuilder) => b.node('Slice', ['x', ...lists.map((list) => b.int64s(list))])
      const empty = x.some((dim, axis) => taken(dim, cuts[axis]) === 0)
      return empty ? null : { x, f }
    })
  })

  it.each(['Add', 'Mul', 'Sub', 'Div', 'Max'])('%s with broadcast operands', async (op) => {
    const masks = fc.tuple(
      shape(4),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      side(0, 3),
      fc.boolean(),
    )
    await check(masks, ([full, ones, dropped, swapped]) => {
      const x = full.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(dropped)
      const other = full.map((dim, axis) => (ones[axis + 4] ? 1 : dim))
      return { x, f: (b) => b.node(op, swapped ? [constant(b, other), 'x'] : ['x', constant(b, other)]) }
    })
  })

  it('matrix products with broadcast batches', async () => {
    const sizes = fc.tuple(
      shape(2, 3),
      side(1, 4),
      side(1, 4),
      side(1, 4),
      fc.constantFrom('x', 'w', 'neither'),
      fc.boolean(),
    )
    await check(sizes, ([batch, rows, inner, columns, broadcast, second]) => {
      const left = broadcast === 'x' ? [1, batch[1] ?? 1] : batch
      const right = broadcast === 'w' ? [] : batch
      const [x, w] = second
        ? [
            [...left, inner, columns],
            [...right, rows, inner],
          ]
        : [
            [...left, rows, inner],
            [...right, inner, columns],
          ]
      return { x, f: (b) => b.node('MatMul', second ? [constant(b, w), 'x'] : ['x', constant(b, w)]) }
    })
  })

  it('reductions over any axes, kept or not', async () => {
    const ops = fc.constantFrom('ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2')
    await check(
      fc.tuple(ops, shape(4), fc.subarray([0, 1, 2, 3], { minLength: 1 }), fc.boolean()),
      ([op, x, axes, keep]) => ({
        x,
        f: (b) =>
          b.node(op, ['x', b.int64s(axes.map((axis) => (axis > 1 ? axis - 4 : axis)))], {
            keepdims: int(keep ? 1 : 0),
          }),
      }),
    )
  })

  it('softmax along any axis, with reshapes and transpositions', async () => {
    await check(
      fc.tuple(shape(3), side(-3, 2), fc.shuffledSubarray([0, 1, 2], { minLength: 3 })),
      ([x, axis, perm]) => ({
        x,
        f: (b) => {
          const turned = b.node('Transpose', ['x'], { perm: ints(perm) })
          return b.node('Reshape', [b.node('Softmax', [turned], { axis: int(axis) }), b.int64s([-1])])
        },
      }),
    )
  })

  it('resizing by any factor', async () => {
    const coordinates = fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners')
    const nearest = fc.constantFrom('floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil')
    const modes = fc.tuple(fc.constantFrom('nearest', 'linear'), coordinates, nearest)
    await check(
      fc.tuple(shape(4, 5), side(1, 9), side(1, 9), modes),
      ([x, height, width, [mode, coordinate, how]]) => ({
        x,
        f: (b) =>
          b.node('Resize', ['x', '', '', b.int64s([x[0] ?? 1, x[1] ?? 1, height, width])], {
            mode: string(mode),
            coordinate_transformation_mode: string(coordinate),
            nearest_mode: string(how),
          }),
      }),
    )
  })
})

/** Number of elements of a slice along an axis, counted in a loop. */
function taken(size: number, cut: { start: number; end: number; step: number } | undefined): number {
  if (!cut) return size
  const turn = (at: number) => (at < 0 ? at + size : at)
  const inside = (at: number) => at >= 0 && at < size
  let at = cut.step > 0 ? Math.max(turn(cut.start), 0) : Math.min(turn(cut.start), size - 1)
  let total = 0
  while (inside(at) && (cut.step > 0 ? at < turn(cut.end) : at > turn(cut.end))) {
    total++
    at += cut.step
  }
  return total
}
