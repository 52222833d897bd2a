import { expect, it } from 'vitest'
import { betsOn, logCapitals } from '#shared/maths/betting.ts'
import { confidenceSequence, sequentialP } from '#shared/maths/confidenceSequence.ts'
import { drawsUntil, knownValues, lookRounds, looksOf } from '#shared/maths/looks.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { generator } from '#shared/random.ts'

/** The values of a population, class by class, as doubles of themselves: 0, 1 and 2 for 0, 1/2 and 1. */
type Population = readonly (readonly number[])[]

const sizesOf = (population: Population) => population.map(({ length }) => length)
const totalOf = (population: Population) => population.flat().length
const sumOf = (population: Population, of = 2) =>
  population.flat().reduce((sum, value) => sum + value, 0) / of

/** Draws a population in rounds, one image of every class that has any. `orders`: the order within each class. */
function drawn(population: Population, orders: Population) {
  const [classes, values]: number[][] = [[], []]
  for (let round = 0; round < Math.max(...sizesOf(population)); round++)
    for (const [slot, order] of orders.entries())
      if (round < order.length) {
        classes!.push(slot)
        values!.push(order[round]!)
      }
  return { classes: classes!, values: Uint8Array.from(values!) }
}

const known = (values: Uint8Array, total: number) => ({
  total,
  sum: values.reduce((sum, value) => sum + value, 0) / 2,
  known: values.length,
})

/** Intervals after every look. */
function intervals(population: Population, orders: Population, unit: 0.5 | 1 = 1) {
  const { classes, values } = drawn(population, orders)
  const sizes = sizesOf(population)
  return lookRounds(Math.max(...sizes)).map((round) => {
    const part = values.slice(0, drawsUntil(sizes, round))
    return confidenceSequence(
      looksOf(sizes, classes, knownValues(part, 2)),
      known(part, totalOf(population)),
      unit,
    )
  })
}

function permutations(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]]
  return values.flatMap((value, at) => permutations(values.toSpliced(at, 1)).map((rest) => [value, ...rest]))
}

const allOrders = (population: Population): number[][][] =>
  population.reduce<number[][][]>(
    (found, own) => found.flatMap((orders) => permutations(own).map((order) => [...orders, order])),
    [[]],
  )

/** The capital after each look, as its mean over all orders in which the population may be drawn. */
function meanCapitals(population: Population, mirrored: boolean, of = 2): number[] {
  const sizes = sizesOf(population)
  const orders = allOrders(population)
  const total = totalOf(population)
  const means: number[] = []
  for (const order of orders) {
    const { classes, values } = drawn(population, order)
    const bets = betsOn(looksOf(sizes, classes, knownValues(values, of)), total, 0.025, mirrored)
    const sum = mirrored ? total - sumOf(population, of) : sumOf(population, of)
    for (const [at, log] of logCapitals(bets, sum).entries())
      means[at] = (means[at] ?? 0) + Math.exp(log) / orders.length
  }
  return means
}

it.each([
  [
    'classes alike',
    [
      [0, 2, 2],
      [2, 0, 2],
    ],
    true,
  ],
  ['one class', [[0, 0, 2, 2, 2]], true],
  ['one class of three values', [[0, 1, 2, 2, 1]], true],
  [
    'classes that differ',
    [
      [0, 0, 2],
      [2, 2, 2],
    ],
    false,
  ],
  ['classes of different sizes', [[0, 0, 2, 2], [2, 2], [0]], false],
  ['three values and different sizes', [[0, 1, 2, 2], [1, 1], [2]], false],
  [
    'all right but one',
    [
      [2, 2, 2, 2],
      [2, 2, 0],
    ],
    false,
  ],
] satisfies [string, Population, boolean][])(
  'nobody gains by betting against the truth on the average of all orders: %s',
  (_, population, fair) => {
    for (const mirrored of [false, true])
      for (const mean of meanCapitals(population, mirrored)) {
        expect(mean).toBeLessThanOrEqual(1 + 1e-12)
        // Where all classes have the same mean left, a bet is fair. After the first look they may differ.
        if (fair && population.length === 1) expect(mean).toBeCloseTo(1, 12)
      }
    if (fair) expect(meanCapitals(population, false)[0]).toBeCloseTo(1, 12)
  },
)

it('nor by betting on means of draws, whose values are parts of 1', () => {
  const draws = [[0, 1, 5, 5], [3, 2, 4], [5]]
  for (const mirrored of [false, true])
    for (const mean of meanCapitals(draws, mirrored, 5)) expect(mean).toBeLessThanOrEqual(1 + 1e-12)
  expect(Math.max(...meanCapitals([[1, 2, 5, 4]], false, 5))).toBeCloseTo(1, 12)
})

it('bets on the first draw are won and lost as the formula says', () => {
  const bets = betsOn(looksOf([8], [0], knownValues([1], 1)), 8, 0.025)
  const [stake] = bets.looks[0]!.stakes
  // One strategy, made for 16 draws: sqrt(2 log(1 / 0.025)) deviations of 1/2, over sqrt(16).
  expect(stake).toBeCloseTo(Math.sqrt(2 * Math.log(40)) / (0.5 * 4), 12)
  expect(logCapitals(bets, 4)).toEqual([Math.log1p(stake! * 0.5)])
  // A stake may cost nine tenths of the capital at most.
  expect(logCapitals(bets, 8)[0]).toBeCloseTo(0, 12)
  const lost = betsOn(looksOf([8], [0], knownValues([0], 1)), 8, 0.025)
  expect(logCapitals(lost, 8)[0]).toBeCloseTo(Math.log(0.1), 12)
})

it('draws are weighed by the images they stand for', () => {
  // 4 and 1 images: two draws stand for 5 images.
  const [first, second] = looksOf([4, 1], [0, 1, 0, 0, 0], {
    low: Uint16Array.of(1, 0, 0, 1, 0),
    high: Uint16Array.of(1, 0, 0, 1, 1),
    of: 1,
  })
  expect(first).toEqual({
    left: 5,
    drawn: 2,
    groups: [
      { weight: 8 / 5, low: [0, 1], high: [0, 1] },
      { weight: 2 / 5, low: [1, 0], high: [1, 0] },
    ],
  })
  expect(second).toEqual({ left: 3, drawn: 1, groups: [{ weight: 1, low: [1, 0], high: [1, 0] }] })
})

it('looks are taken after rounds that are all there', () => {
  expect(looksOf([3, 3], [0, 1, 0, 1, 0, 1], knownValues([0, 0, 0], 1))).toHaveLength(1)
  expect(lookRounds(5)).toEqual([1, 2, 3, 4, 5])
  expect(lookRounds(0)).toEqual([])
  const many = lookRounds(100_000)
  expect(many.length).toBeLessThan(400)
  expect(many.at(-1)).toBe(100_000)
})

it('closes on the mean when all is drawn, and holds what is known before', () => {
  const population = [
    [2, 0, 2, 2],
    [0, 2],
    [2, 2, 2],
  ]
  const found = intervals(population, population)
  expect(found.at(-1)).toEqual({ lo: 7 / 9, hi: 7 / 9 })
  const halves = [
    [2, 1, 0],
    [1, 1, 1],
  ]
  expect(intervals(halves, halves, 0.5).at(-1)).toEqual({ lo: 0.5, hi: 0.5 })
  // 3 right and 1 wrong of 9: at least 3/9, at most 8/9, wherever they stand in the order.
  expect(confidenceSequence([], { total: 9, sum: 3, known: 4 }, 1)).toEqual({ lo: 3 / 9, hi: 8 / 9 })
  expect(sequentialP([], { total: 9, sum: 6, known: 7 }, 0.5, 'above')).toBe(0)
  expect(sequentialP([], { total: 9, sum: 1, known: 7 }, 0.5, 'above')).toBe(1)
  expect(sequentialP([], { total: 9, sum: 1, known: 7 }, 0.5, 'below')).toBe(0)
})

it('what failed may be right or wrong', () => {
  const looks = looksOf([4], [0, 0, 0, 0], {
    low: Uint16Array.of(1, 0, 0, 1),
    high: Uint16Array.of(1, 1, 0, 1),
    of: 1,
  })
  expect(confidenceSequence(looks, { total: 4, sum: 2, known: 3 }, 1)).toEqual({ lo: 0.5, hi: 0.75 })
})

it('is at most 1.8 times as wide as an interval that may be looked at once', () => {
  const random = generator('width', 0)
  for (const [classes, size, right] of [
    [100, 100, 0.8],
    [10, 1000, 0.5],
    [1, 10_000, 0.98],
  ] as const) {
    const population = Array.from({ length: classes }, () =>
      Array.from({ length: size }, () => (random.uniform() < right ? 2 : 0)),
    )
    const { classes: slots, values } = drawn(population, population)
    const part = values.slice(0, 1000)
    const { lo, hi } = confidenceSequence(
      looksOf(sizesOf(population), slots, knownValues(part, 2)),
      known(part, 10_000),
      1,
    )
    const once = wilson(known(part, 10_000).sum, 1000)
    expect((hi - lo) / (once.hi - once.lo)).toBeLessThan(1.8)
    expect(hi - lo).toBeGreaterThan(once.hi - once.lo)
  }
})

it('is as narrow for means of draws as their smaller variance lets it be, and closes on their mean', () => {
  const random = generator('draws', 0)
  const images = Array.from({ length: 600 }, () =>
    Array.from({ length: 5 }, () => Number(random.uniform() < 0.5)),
  )
  const means = images.map((own) => own.reduce((a, b) => a + b, 0))
  const width = (values: number[], of: number, n: number) => {
    const part = values.slice(0, n)
    const sum = part.reduce((a, b) => a + b, 0) / of
    const looks = looksOf([600], new Uint8Array(600), knownValues(part, of))
    const { lo, hi } = confidenceSequence(looks, { total: 600, sum, known: n }, 1 / of)
    return hi - lo
  }
  const one = width(
    images.map(([first]) => first!),
    1,
    300,
  )
  expect(width(means, 5, 300) / one).toBeGreaterThan(0.35)
  expect(width(means, 5, 300) / one).toBeLessThan(0.6)
  expect(width(means, 5, 600)).toBe(0)
})

it('refuses impossible arguments', () => {
  expect(() => confidenceSequence([], { total: 0, sum: 0, known: 0 }, 1)).toThrow('invalid total: 0')
  expect(() => confidenceSequence([], { total: 2, sum: 2, known: 1 }, 1)).toThrow('invalid sum: 2 of 1')
  expect(() => confidenceSequence([], { total: 2, sum: 1, known: 1 }, 1, 1)).toThrow('invalid level: 1')
})
