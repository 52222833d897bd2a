import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { droppedShare, regrid, salientMask } from '#shared/saliency.ts'

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)

describe('a salient mask', () => {
  const weights = [0.1, 0.4, 0.2, 0.3]

  it('drops the smallest set of the largest weights that reaches the mass', () => {
    expect([...salientMask(weights, 30, 'salient')]).toEqual([0, 1, 0, 0])
    expect([...salientMask(weights, 50, 'salient')]).toEqual([0, 1, 0, 1])
    expect([...salientMask(weights, 95, 'salient')]).toEqual([1, 1, 1, 1])
  })

  it('non-salient keeps the smallest set that reaches the rest of the mass', () => {
    expect([...salientMask(weights, 70, 'non-salient')]).toEqual([1, 0, 1, 1])
    expect([...salientMask(weights, 50, 'non-salient')]).toEqual([1, 0, 1, 0])
    expect([...salientMask(weights, 5, 'non-salient')]).toEqual([0, 0, 0, 0])
  })

  it('does not depend on the scale of the weights', () => {
    for (const percent of [10, 40, 60, 90])
      expect(
        salientMask(
          weights.map((w) => 7 * w),
          percent,
          'salient',
        ),
      ).toEqual(salientMask(weights, percent, 'salient'))
  })

  it('loses at least K when salient (less than K with one patch fewer), and at most K when non-salient', () => {
    const cases = fc.tuple(
      fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 }),
      fc.integer({ min: 1, max: 99 }),
    )
    fc.assert(
      fc.property(cases, ([drawn, percent]) => {
        const total = sum(drawn)
        const lost = (mask: Uint8Array) => drawn.filter((_, i) => mask[i]).map((w) => w / total)
        const salient = lost(salientMask(drawn, percent, 'salient'))
        expect(sum(salient)).toBeGreaterThanOrEqual(percent / 100 - 1e-6)
        expect(sum(salient) - Math.min(...salient)).toBeLessThan(percent / 100 + 1e-6)
        expect(sum(lost(salientMask(drawn, percent, 'non-salient')))).toBeLessThanOrEqual(
          percent / 100 + 1e-6,
        )
      }),
    )
  })

  it('has the right share of dropped patches', () => {
    expect(droppedShare(Uint8Array.of(1, 0, 0, 1))).toBe(0.5)
  })
})

describe('regridding', () => {
  it('splits and joins weights by area', () => {
    expect([...regrid([1, 2, 3, 4], [2, 2], [1, 1])]).toEqual([10])
    expect([...regrid([8], [1, 1], [2, 2])]).toEqual([2, 2, 2, 2])
    expect(regrid([3, 6, 9], [1, 3], [1, 2])[0]).toBeCloseTo(6, 12)
  })

  it('keeps the sum between any grids', () => {
    const side = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(fc.tuple(side, side, side, side), ([a, b, c, d]) => {
        const weights = Array.from({ length: a * b }, (_, i) => 1 + (i % 5))
        expect(sum(regrid(weights, [a, b], [c, d]))).toBeCloseTo(sum(weights), 8)
      }),
    )
  })

  it('leaves the weights of an equal grid unchanged', () => {
    expect([...regrid([1, 2, 3, 4, 5, 6], [2, 3], [2, 3])]).toEqual([1, 2, 3, 4, 5, 6])
  })
})
