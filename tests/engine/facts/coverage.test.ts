import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { balancedOrder } from '#engine/facts/balancedOrder.ts'
import { sequentialP } from '#shared/maths/confidenceSequence.ts'
import { drawsUntil, lookRounds, looksOf } from '#shared/maths/looks.ts'
import { generator } from '#shared/random.ts'
import { wilson } from '#shared/maths/wilson.ts'

interface World {
  /** Images of each class. */
  sizes: readonly number[]
  /** The share of right answers of a class. */
  right(classIndex: number): number
  /** Answers are differences of two models: 0, 1/2 and 1 for the worse, equal and better. */
  differences?: true
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
  'models that rarely differ': { sizes: [60, 60, 20, 20, 5], right: () => 0.5, differences: true },
}

/** Fixed answers of the images of a world. Only the order is random, by its seed. */
function population({ sizes, right, differences }: World, name: string) {
  const random = generator('population', name)
  return sizes.flatMap((size, classIndex) =>
    Array.from({ length: size }, (_, at) => {
      const share = differences ? 0.08 : 0
      const answer = random.uniform()
      const value = differences
        ? answer < share
          ? 0
          : answer < 2 * share
            ? 2
            : 1
        : Number(at < Math.round(right(classIndex) * size)) * 2
      return { classIndex, value, digest: createHash('sha256').update(`${classIndex}/${at}`).digest() }
    }),
  )
}

/** Whether any look of an order misses the mean: by the sequence, by one of half the capital, and by Wilson intervals. */
function missed(world: World, images: ReturnType<typeof population>, seed: number) {
  const order = balancedOrder(seed)
  for (const [id, { classIndex, digest }] of images.entries()) order.add(id, classIndex, digest)
  const { ids, classes } = order.inTurn()
  const values = Uint8Array.from(ids, (id) => images[id]!.value)
  const total = images.length
  const mean = images.reduce((sum, { value }) => sum + value, 0) / 2 / total
  const looks = looksOf(world.sizes, classes, values)
  const nothing = { total, sum: 0, known: 0 }
  const least = Math.min(
    ...(['above', 'below'] as const).map((side) => sequentialP(looks, nothing, mean, side)),
  )
  let [sum, drawn, peeked] = [0, 0, false]
  for (const round of lookRounds(Math.max(...world.sizes)).slice(0, -1)) {
    for (const until = drawsUntil(world.sizes, round); drawn < until; drawn++) sum += values[drawn]! / 2
    const { lo, hi } = wilson(sum, drawn)
    peeked ||= mean < lo || mean > hi
  }
  return { sequence: least <= 0.025, loose: least <= 0.05, peeked }
}

const runs = 840

const rates = Object.entries(worlds).map(([name, world]) => {
  const images = population(world, name)
  const found = Array.from({ length: runs }, (_, seed) => missed(world, images, seed))
  const rate = (of: 'sequence' | 'loose' | 'peeked') => found.filter((one) => one[of]).length / runs
  return { name, sequence: rate('sequence'), loose: rate('loose'), peeked: rate('peeked') }
})

it('10,080 runs in the order of studies: the mean is held after every look, in 95 % of runs', () => {
  expect(runs * rates.length).toBeGreaterThan(10_000)
  // 0.05 with a standard deviation of 0.0075 at most, if the rate were exactly that.
  for (const { name, sequence } of rates) expect(sequence, name).toBeLessThan(0.05)
})

it('the simulation sees intervals that are a bit narrower, or not made to be looked at again', () => {
  expect(Math.max(...rates.map(({ loose }) => loose))).toBeGreaterThan(0.05)
  expect(rates[0]!.peeked).toBeGreaterThan(0.2)
  // Where classes differ in size, the share of right answers so far is not even near the mean.
  expect(rates.find(({ name }) => name.startsWith('large classes'))!.peeked).toBe(1)
})
