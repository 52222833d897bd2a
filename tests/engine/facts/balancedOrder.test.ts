import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { balancedOrder } from '#engine/facts/balancedOrder.ts'

/** Classes 0 to 3 with 1, 5, 20 and 40 images; ids ascend class by class. */
const images = [1, 5, 20, 40]
  .flatMap((count, classIndex) => Array.from({ length: count }, () => classIndex))
  .map((classIndex, at) => ({
    id: at + 1,
    classIndex,
    digest: createHash('sha256').update(`image ${at}`).digest(),
  }))

function ordered(seed: number, added = images): number[] {
  const order = balancedOrder(seed)
  for (const { id, classIndex, digest } of added) order.add(id, classIndex, digest)
  return [...order.inTurn().ids]
}

it('every first part of the order has as many images of each class as it can', () => {
  const counts = [0, 0, 0, 0]
  for (const id of ordered(3)) {
    const { classIndex } = images[id - 1]!
    counts[classIndex]!++
    const most = Math.max(...counts)
    for (const [place, count] of counts.entries())
      expect(count).toBeGreaterThanOrEqual(Math.min(most - 1, [1, 5, 20, 40][place]!))
  }
  expect(counts).toEqual([1, 5, 20, 40])
})

it('the order depends on the seed and not on the order of adding', () => {
  expect(ordered(3, images.toReversed())).toEqual(ordered(3))
  expect(ordered(4)).not.toEqual(ordered(3))
  expect(ordered(4).toSorted((a, b) => a - b)).toEqual(images.map(({ id }) => id))
})

it('the first image of a class is each of its images about equally often', () => {
  const firsts = new Map<number, number>()
  for (let seed = 0; seed < 1000; seed++) {
    const id = ordered(seed).find((one) => images[one - 1]?.classIndex === 1) ?? 0
    firsts.set(id, (firsts.get(id) ?? 0) + 1)
  }
  // Binomial(1000, 1/5): 200 with a standard deviation of 12.6; four of them are 50.
  expect(firsts.size).toBe(5)
  for (const count of firsts.values()) expect(Math.abs(count - 200)).toBeLessThan(50)
})

it('images of equal bytes stand anywhere in their class', () => {
  const twins = images.map((image) => (image.id === 8 ? { ...image, digest: images[6]!.digest } : image))
  let apart = 0
  for (let seed = 0; seed < 1000; seed++) {
    const own = ordered(seed, twins).filter((id) => id >= 7 && id <= 26)
    expect(own).toHaveLength(20)
    if (Math.abs(own.indexOf(7) - own.indexOf(8)) > 1) apart++
  }
  // Two of 20 are next to each other in one of ten orders: 100 of 1000, with a standard deviation of 9.5.
  expect(Math.abs(apart - 900)).toBeLessThan(38)
})

it('names the class of each image', () => {
  const order = balancedOrder(3)
  for (const { id, classIndex, digest } of images) order.add(id, classIndex, digest)
  const { ids, classes } = order.inTurn()
  expect([...classes]).toEqual([...ids].map((id) => images[id - 1]!.classIndex))
})
