import { expect, it } from 'vitest'
import { drawsOf, summedValues } from '#engine/studies/sequences/population.ts'
import { decided } from '#engine/studies/sequences/rule.ts'
import { modelTime, stretches } from '#engine/studies/run/stretches.ts'

const [wrong, right, failed, neither] = [0, 1, 2, 3]

it('a class that the model does not know is no part of what is estimated', () => {
  // Classes 4 (two images), 7 (three) and 9 (two); the model does not know 9.
  const turn = { ids: new Float64Array(7), classes: Int32Array.of(4, 7, 9, 4, 7, 9, 7) }
  const values = summedValues([{ read: Uint8Array.of(right, wrong, neither, failed, right), weight: 1 }])
  const draws = drawsOf([{ turn, values }])
  expect(draws.known).toEqual({ total: 5, sum: 2, known: 3 })
  expect(draws.n).toBe(4)
  // Class 4: 1 of 1 known; class 7: 1 of 2. (2 · 1 + 3 · 1/2) / 5
  expect(draws.estimate).toBeCloseTo(0.7, 12)
  expect(draws.looks.map(({ drawn }) => drawn)).toEqual([2, 2])
})

it('compares two models image by image, as far as both have answers', () => {
  const a = Uint8Array.of(right, right, wrong, wrong, failed, right)
  const b = Uint8Array.of(right, wrong, right, wrong, right)
  const values = summedValues([
    { read: a, weight: 1 },
    { read: b, weight: -1 },
  ])
  expect([[...values.low], [...values.high], values.of]).toEqual([[1, 2, 0, 1, 0], [1, 2, 0, 1, 1], 2])
})

it('adds up draws and takes off what they are compared with, image by image', () => {
  const [first, second] = [
    Uint8Array.of(right, right, wrong, failed),
    Uint8Array.of(right, wrong, wrong, right),
  ]
  const clean = Uint8Array.of(right, wrong, right, neither)
  const { low, high, of, none } = summedValues([
    { read: first, weight: 1 },
    { read: second, weight: 1 },
    { read: clean, weight: -2 },
  ])
  // (sum of the draws - twice the clean answer + 2) / 4
  expect([[...low], [...high], of]).toEqual([[2, 3, 0, 3], [2, 3, 0, 4], 4])
  expect([...none]).toEqual([0, 0, 0, 1])
})

it('draws from several orders round by round, as far as all have come', () => {
  const order = (classes: number[], read: number[], weight: number) => ({
    turn: { classes: Int32Array.from(classes) },
    values: summedValues([{ read: Uint8Array.from(read), weight }]),
  })
  const { looks, known, n, totals, estimate } = drawsOf([
    order([0, 1, 0, 1], [right, right, right, wrong], 1),
    order([1, 0, 0, 1], [right, wrong, right], -1),
  ])
  // The last class of the second order lacks its second image, so only the first round is a look.
  expect(looks.map(({ left, drawn }) => [left, drawn])).toEqual([[8, 4]])
  expect(looks[0]?.groups).toEqual([{ weight: 1, low: [1, 3], high: [1, 3] }])
  // Right answers of the second order count as 0, wrong ones as 1.
  expect([known, n, totals]).toEqual([{ total: 8, sum: 4, known: 7 }, 7, [4, 4]])
  expect(estimate).toBeCloseTo((2 * 1 + 2 * 0.5 + 2 * 0.5 + 2 * 0) / 8, 12)
  // Five draws, but the second order is in the midst of its first round.
  const uneven = [order([0, 1, 0, 1], [right, right, right, wrong], 1), order([1, 0, 0, 1], [right], -1)]
  expect(drawsOf(uneven).looks).toEqual([])
})

it('a comparison is decided for all points together', () => {
  const point = (notAbove: number, notBelow: number) => ({ key: '', notAbove, notBelow })
  expect(decided([])).toBeNull()
  // Two points are four hypotheses: the least p counts four times, the next three times.
  expect(decided([point(0.0125, 1), point(0.0166, 1)])).toBe('above')
  expect(decided([point(0.0126, 1), point(0.0126, 1)])).toBeNull()
  expect(decided([point(0.0125, 1), point(0.017, 1)])).toBeNull()
  expect(decided([point(0.5, 1), point(1, 0.0125)])).toBe('notAbove')
  expect(decided([point(0.5, 1), point(1, 0.0126)])).toBeNull()
  expect(decided([point(1, 1)])).toBeNull()
})

it('an order is cut without gaps, into stretches as long as opening sessions asks for', () => {
  const parts = stretches(1000, 100, 32, false)
  expect(parts.next()).toEqual({ from: 0, to: 132 })
  parts.took({ images: 132, opening: 50, all: 51 })
  expect(parts.next()).toEqual({ from: 132, to: 196 })
  // 64 images with 2 s of opening and 10 s of work: 5 % are 256 images.
  parts.took({ images: 64, opening: 2, all: 12 })
  expect(parts.next()).toEqual({ from: 196, to: 452 })
  parts.took({ images: 256, opening: 0, all: 12 })
  expect(parts.next()).toEqual({ from: 452, to: 484 })
  parts.took({ images: 32, opening: 9, all: 10 })
  expect(parts.next()).toEqual({ from: 484, to: 740 })
  // What is left is hardly a stretch of its own.
  parts.took({ images: 256, opening: 2.5, all: 32.5 })
  expect(parts.next()).toEqual({ from: 740, to: Infinity })
  expect(parts.next()).toBeNull()
  expect(stretches(1000, 0, 32, true).next()).toEqual({ from: 0, to: Infinity })
})

it('opening a model takes until its first rows, without the time of the rows', () => {
  let now = 0
  const at = (time: number) => (now = time)
  const time = modelTime(() => now)
  expect(time.opening()).toBe(0)
  at(3000)
  time.add(10)
  expect(time.opening()).toBe(1.5)
  at(4000)
  time.add(0)
  at(5000)
  time.add(20)
  // 20 rows in 2 s, so the first 10 took 1 s of 3.
  expect(time.opening()).toBe(2)
})
