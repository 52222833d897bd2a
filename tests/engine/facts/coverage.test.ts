import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { balancedOrder } from '#engine/facts/balancedOrder.ts'
import { drawsOf } from '#engine/studies/sequences/population.ts'
import { sequentialP } from '#shared/maths/confidenceSequence.ts'
import { drawsUntil, knownValues, lookRounds } from '#shared/maths/looks.ts'
import { generator } from '#shared/random.ts'
import { wilson } from '#shared/maths/wilson.ts'

interface World {
  /** Images of each class. */
  sizes: readonly number[]
  /** The share of right answers of a class. */
  right(classIndex: number): number
  /** Answers are differences of two models: 0, 1/2 and 1 for the worse, equal and better. */
  differences?: true
  /** Values are means of so many draws, which are right more or less often from image to image. */
  draws?: number
  /** What the means of draws are compared with is taken off. */
  change?: true
  /** A second order of other images, right half as often, whose answers are taken off. */
  twice?: true
}

const alike = (classes: number, size: number) => Array.from({ length: classes }, () => size)

const worlds: Record<string, World> = {
  'half right, one class': { sizes: [300], right: () => 0.5 },
  'half right, few classes': { sizes: alike(5, 40), right: () => 0.5 },
  'nearly all right': { sizes: alike(10, 20), right: () => 0.985 },
  'nearly all wrong': { sizes: alike(10, 20), right: () => 0.02 },
  'all right': { sizes: alike(10, 10), right: () => 1 },
  'a few images': { sizes: [4, 3, 5], right: () => 0.6 },
  'two images of a class': { sizes: alike(60, 2), right: () => 0.5 },
  'classes known or not': { sizes: alike(20, 10), right: (at) => (at < 8 ? 0.95 : 0.1) },
  'large classes easy, small ones hard': {
    sizes: [120, 60, 30, 10, 5, 3, 2, 2, 1, 1],
    right: (at) => (at < 2 ? 0.9 : 0.2),
  },
  'one class of many images': { sizes: [200, ...alike(30, 2)], right: (at) => (at === 0 ? 0.3 : 0.9) },
  'equal models': { sizes: alike(8, 25), right: () => 0.5, differences: true },
  'means of five draws': { sizes: [60, 30, 30, 5, 1], right: (at) => 0.9 - 0.2 * at, draws: 5 },
  'changes of means of three draws': { sizes: alike(8, 20), right: () => 0.7, draws: 3, change: true },
  'two parts of a dataset': { sizes: [40, 40, 12, 4], right: (at) => (at < 2 ? 0.8 : 0.3), twice: true },
  'models that rarely differ': { sizes: [60, 60, 20, 20, 5], right: () => 0.5, differences: true },
}

/** An image with its value in `of` parts. */
interface Image {
  classIndex: number
  value: number
  digest: Buffer
}

/** Fixed answers of the images of a world, order by order. Only the order is random, by its seed. */
function population(world: World, name: string): { orders: Image[][]; of: number } {
  const { sizes, right, draws = 0, change, differences, twice } = world
  const random = generator('population', name)
  const times = (count: number, share: number) => {
    let sum = 0
    for (let at = 0; at < count; at++) sum += Number(random.uniform() < share)
    return sum
  }
  const valueOf = (share: number, at: number, size: number) => {
    const answer = random.uniform()
    if (differences) return answer < 0.08 ? 0 : answer < 0.16 ? 2 : 1
    const here = at < Math.round(share * size)
    if (draws === 0) return Number(here)
    const sum = times(draws, here ? 0.4 + 0.6 * answer : 0.3 * answer)
    return change ? sum + draws * (1 - Number(here)) : sum
  }
  const of = differences ? 2 : draws === 0 ? 1 : change ? 2 * draws : draws
  const order = (which: number, one: (classIndex: number, at: number, size: number) => number): Image[] =>
    sizes.flatMap((size, classIndex) =>
      Array.from({ length: size }, (_, at) => ({
        classIndex,
        value: one(classIndex, at, size),
        digest: createHash('sha256').update(`${which}/${classIndex}/${at}`).digest(),
      })),
    )
  const first = order(0, (classIndex, at, size) => valueOf(right(classIndex), at, size))
  if (!twice) return { orders: [first], of }
  return { orders: [first, order(1, (at, place, size) => 1 - valueOf(right(at) / 2, place, size))], of }
}

/** Whether any look of an order misses the mean: by the sequence, by one of half the capital, and by Wilson intervals. */
function missed(world: World, { orders, of }: ReturnType<typeof population>, seed: number) {
  const parts = orders.map((images) => {
    const order = balancedOrder(seed)
    for (const [id, { classIndex, digest }] of images.entries()) order.add(id, classIndex, digest)
    const turn = order.inTurn()
    const values = knownValues(
      Array.from(turn.ids, (id) => images[id]!.value),
      of,
    )
    return { turn, values: { ...values, none: new Uint8Array(images.length) } }
  })
  const total = orders.flat().length
  const mean = orders.flat().reduce((sum, { value }) => sum + value, 0) / of / total
  const { looks } = drawsOf(parts)
  const nothing = { total, sum: 0, known: 0 }
  const least = Math.min(
    ...(['above', 'below'] as const).map((side) => sequentialP(looks, nothing, mean, side)),
  )
  const [{ values }] = parts as [(typeof parts)[0]]
  let [sum, drawn, peeked] = [0, 0, false]
  if (orders.length === 1)
    for (const round of lookRounds(Math.max(...world.sizes)).slice(0, -1)) {
      for (const until = drawsUntil(world.sizes, round); drawn < until; drawn++)
        sum += values.low[drawn]! / of
      const { lo, hi } = wilson(sum, drawn)
      peeked ||= mean < lo || mean > hi
    }
  return { sequence: least <= 0.025, loose: least <= 0.05, peeked }
}

const runs = 840

const rates = Object.entries(worlds).map(([name, world]) => {
  const made = population(world, name)
  const found = Array.from({ length: runs }, (_, seed) => missed(world, made, seed))
  const rate = (of: 'sequence' | 'loose' | 'peeked') => found.filter((one) => one[of]).length / runs
  return { name, sequence: rate('sequence'), loose: rate('loose'), peeked: rate('peeked') }
})

it('12,600 runs in the order of studies: the mean is held after every look, in 95 % of runs', () => {
  expect(runs * rates.length).toBe(12_600)
  // 0.05 with a standard deviation of 0.0075 at most, if the rate were exactly that.
  for (const { name, sequence } of rates) expect(sequence, name).toBeLessThan(0.05)
})

it('the simulation sees intervals that are a bit narrower, or not made to be looked at again', () => {
  expect(Math.max(...rates.map(({ loose }) => loose))).toBeGreaterThan(0.05)
  expect(rates[0]!.peeked).toBeGreaterThan(0.2)
  // Where classes differ in size, the share of right answers so far is not even near the mean.
  expect(rates.find(({ name }) => name.startsWith('large classes'))!.peeked).toBe(1)
})
