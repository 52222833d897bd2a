import { describe, expect, it } from 'vitest'
import { kendall, ranksOf, spearman } from '#shared/maths/rankCorrelation.ts'

describe('ranks', () => {
  it('count from 1, and equal values share the mean of theirs', () => {
    expect(ranksOf([30, 10, 20, 20])).toEqual([4, 1, 2.5, 2.5])
  })
})

describe('rank correlations', () => {
  const x = [1, 2, 3, 4, 5, 6]
  const y = [10, 30, 20, 50, 40, 60]

  it('of Spearman is 1 - 6 Σd² / (n (n² - 1)) without equal values', () => {
    // Two exchanged pairs: Σd² = 4.
    const found = spearman(x, y)
    expect(found?.value).toBeCloseTo(1 - (6 * 4) / (6 * 35), 12)
    const error = Math.sqrt((1 + (found?.value ?? 0) ** 2 / 2) / 3)
    expect(Math.atanh(found?.interval?.hi ?? 0) - Math.atanh(found?.value ?? 0)).toBeCloseTo(
      1.959964 * error,
      6,
    )
    expect(Math.atanh(found?.value ?? 0) - Math.atanh(found?.interval?.lo ?? 0)).toBeCloseTo(
      1.959964 * error,
      6,
    )
  })

  it('of Kendall is the share of pairs in the same order less that in the other, and allows for equal values', () => {
    expect(kendall(x, y)?.value).toBeCloseTo((13 - 2) / 15, 12)
    // One pair equal in x, one in y: 4 of the other 4 agree; sqrt(5 · 5) in the denominator.
    expect(kendall([1, 1, 2, 3], [1, 2, 3, 3])?.value).toBeCloseTo(4 / 5, 12)
    const { value = 0, interval } = kendall(x, y) ?? {}
    expect(Math.atanh(interval?.hi ?? 0) - Math.atanh(value)).toBeCloseTo(1.959964 * Math.sqrt(0.437 / 2), 6)
  })

  it('are none of two pairs, which are always in order or in reverse', () => {
    expect(spearman([1, 2], [3, 4])).toBeNull()
    expect(kendall([1, 2], [4, 3])).toBeNull()
  })

  it('have no interval with few pairs or in perfect order, and none where all values are equal', () => {
    expect(spearman([1, 2, 3], [1, 3, 2])?.interval).toBeNull()
    expect(kendall([1, 2, 3, 4], [1, 3, 2, 4])?.interval).toBeNull()
    expect(spearman(x, x)).toEqual({ value: 1, interval: null })
    expect(spearman(x, [5, 5, 5, 5, 5, 5])).toBeNull()
    expect(kendall(x, [5, 5, 5, 5, 5, 5])).toBeNull()
  })
})
