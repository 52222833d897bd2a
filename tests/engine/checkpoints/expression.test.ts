import { expect, it } from 'vitest'
import {
  difference,
  evaluate,
  inverseRoot,
  joined,
  padded,
  product,
  reshaped,
  sliced,
  standardised,
  stored,
  storedNames,
  sum,
  transposed,
  unchanged,
  type Expression,
} from '#engine/checkpoints/build/index.ts'

const values: Record<string, number[]> = { a: [0, 1, 2, 3, 4, 5], b: [6, 7, 8], v: [10, 20] }
const a = stored('a', [2, 3])
const b = stored('b', [1, 3])
const v = stored('v', [2])
const computed = async (expression: Expression) => [
  ...(await evaluate(expression, (name) => Promise.resolve(Float32Array.from(values[name] ?? [])))),
]

it.each([
  ['a transpose', transposed(a, [1, 0]), [3, 2], [0, 3, 1, 4, 2, 5]],
  ['another shape', reshaped(a, [3, 2]), [3, 2], [0, 1, 2, 3, 4, 5]],
  ['rows', sliced(a, 0, 1, 2), [1, 3], [3, 4, 5]],
  ['columns', sliced(a, 1, 1, 3), [2, 2], [1, 2, 4, 5]],
  ['rows one after the other', joined([b, a]), [3, 3], [6, 7, 8, 0, 1, 2, 3, 4, 5]],
  [
    'columns one after the other',
    joined([a, transposed(reshaped(v, [1, 2]), [1, 0])], 1),
    [2, 4],
    [0, 1, 2, 10, 3, 4, 5, 20],
  ],
  ['zeros around', padded(b, 1), [3, 5], [0, 0, 0, 0, 0, 0, 6, 7, 8, 0, 0, 0, 0, 0, 0]],
  ['a sum', sum(a, a), [2, 3], [0, 2, 4, 6, 8, 10]],
  ['a difference by rows', difference(a, v), [2, 3], [-10, -9, -8, -17, -16, -15]],
  ['a product by rows', product(a, v), [2, 3], [0, 10, 20, 60, 80, 100]],
  ['one over a root', inverseRoot(v, 6), [2], [0.25, Math.fround(1 / Math.sqrt(26))]],
])('computes %s', async (_, expression, shape, wanted) => {
  expect(expression.shape).toEqual(shape)
  expect(await computed(expression)).toEqual(wanted)
})

it('moves all axes of a kernel, as TensorFlow and PyTorch order them', async () => {
  const kernel = stored('k', [2, 1, 3, 2])
  const read = () => Promise.resolve(Float32Array.from({ length: 12 }, (_, index) => index))
  const turned = transposed(kernel, [3, 2, 0, 1])
  expect(turned.shape).toEqual([2, 3, 2, 1])
  // Element [o,i,h,w] is [h,w,i,o] of the stored one: 6h + 2i + o.
  expect([...(await evaluate(turned, read))]).toEqual([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
})

it('turns a matrix of any size', async () => {
  const values = Float32Array.from({ length: 70 * 41 }, (_, index) => index)
  const turned = await evaluate(transposed(stored('m', [70, 41]), [1, 0]), () => Promise.resolve(values))
  const wanted = Array.from({ length: 41 * 70 }, (_, at) => (at % 70) * 41 + Math.floor(at / 70))
  expect([...turned]).toEqual(wanted)
})

it('standardises each row to mean 0 and variance 1', async () => {
  const rows = await computed(standardised(a, 0))
  const third = Math.fround(Math.sqrt(1.5))
  expect(rows).toEqual([-third, 0, third, -third, 0, third])
})

it('knows which stored tensors it reads, and whether their elements stay as they are', () => {
  expect(storedNames(joined([b, product(a, v)]))).toEqual(['b', 'a', 'v'])
  expect([a, reshaped(a, [6]), transposed(a, [1, 0])].map(unchanged)).toEqual(['a', 'a', null])
})

it.each([
  ['another number of elements', () => reshaped(a, [4])],
  ['an order that lacks an axis', () => transposed(a, [0, 0])],
  ['a slice beyond the end', () => sliced(a, 1, 2, 4)],
  ['parts that do not fit', () => joined([a, v])],
  ['factors that do not fit', () => product(a, stored('b', [3]))],
])('refuses %s', (_, make) => {
  expect(make).toThrow(RangeError)
})
