import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differenceInterval, pairedDifferenceInterval } from '#engine/studies/summary/differences.ts'
import { sceneOf } from '#engine/studies/benchmarks/imagenet9/gap.ts'
import type { PairCounts } from '#engine/facts/index.ts'

const counts = fc.record({
  both: fc.nat(300),
  first: fc.nat(300),
  second: fc.nat(300),
  neither: fc.nat(300),
})
const total = ({ both, first, second, neither }: PairCounts) => both + first + second + neither

describe('the interval of a difference', () => {
  it('of pairs equals the example of Newcombe (1998, 2635-2650): 36, 12, 2, 0', () => {
    const found = pairedDifferenceInterval({ both: 36, first: 12, second: 2, neither: 0 })
    expect(found?.lo).toBeCloseTo(0.0569, 4)
    expect(found?.hi).toBeCloseTo(0.3404, 4)
  })

  it('of independent shares equals the example of Newcombe (1998, 873-890): 56/70 against 48/80', () => {
    const found = differenceInterval({ correct: 56, n: 70 }, { correct: 48, n: 80 })
    expect(found?.lo).toBeCloseTo(0.0524, 4)
    expect(found?.hi).toBeCloseTo(0.3339, 4)
  })

  it('of pairs contains the difference, lies in [-1, 1], and changes sign with the order', () => {
    fc.assert(
      fc.property(counts, (pairs) => {
        fc.pre(total(pairs) > 0)
        const found = pairedDifferenceInterval(pairs)
        const turned = pairedDifferenceInterval({ ...pairs, first: pairs.second, second: pairs.first })
        const difference = (pairs.first - pairs.second) / total(pairs)
        expect(found?.lo).toBeLessThanOrEqual(difference + 1e-12)
        expect(found?.hi).toBeGreaterThanOrEqual(difference - 1e-12)
        expect(found?.lo).toBeGreaterThanOrEqual(-1 - 1e-12)
        expect(found?.hi).toBeLessThanOrEqual(1 + 1e-12)
        expect(turned?.lo).toBeCloseTo(-(found?.hi ?? 0), 12)
      }),
    )
  })

  it('of pairs that agree is narrower than the one of independent shares', () => {
    const pairs = { both: 700, first: 60, second: 40, neither: 200 }
    const width = (found: { lo: number; hi: number } | null) => (found?.hi ?? 0) - (found?.lo ?? 0)
    const apart = differenceInterval({ correct: 760, n: 1000 }, { correct: 740, n: 1000 })
    expect(width(pairedDifferenceInterval(pairs))).toBeLessThan(0.6 * width(apart))
  })

  it('is null without images', () => {
    expect(pairedDifferenceInterval({ both: 0, first: 0, second: 0, neither: 0 })).toBeNull()
    expect(differenceInterval({ correct: 0, n: 0 }, { correct: 1, n: 2 })).toBeNull()
  })
})

describe('the foreground of an image of ImageNet-9', () => {
  it('is named by its photograph, or by its file', () => {
    expect(sceneOf('00_dog/n02085936_1009')).toBe('00_dog/n02085936_1009')
    expect(sceneOf('00_dog/fg_n02085936_1009_bg_n02086079_77')).toBe('00_dog/n02085936_1009')
    expect(sceneOf('00_carnivore/cat_002')).toBe('00_carnivore/cat_002')
  })
})
