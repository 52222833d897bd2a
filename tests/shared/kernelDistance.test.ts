import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kernelDistance, kernelDistances, uniformDistance } from '#shared/maths/kernelDistance.ts'

/**
 * Side of a kernel with equal weights, its distance in pixels, and that over the corner distance (reference values of
 * section 4.6).
 */
const uniform = [
  [3, 1.073, 0.7587],
  [5, 1.8744, 0.6627],
  [7, 2.6525, 0.6252],
  [13, 4.9611, 0.5847],
  [27, 10.3244, 0.5616],
  [29, 11.09, 0.5601],
  [31, 11.8556, 0.5589],
  [51, 19.5095, 0.5518],
] as const

describe('kernelDistance', () => {
  it.each(uniform)('of equal weights, side %i', (kernel, pixels, normalised) => {
    expect(uniformDistance(kernel)).toBeCloseTo(normalised, 4)
    expect(uniformDistance(kernel) * ((kernel - 1) / 2) * Math.SQRT2).toBeCloseTo(pixels, 4)
  })

  it('is 0 for a weight in the centre and 1 for one in a corner', () => {
    const at = (index: number) => new Float32Array(25).fill(0).with(index, -3)
    expect(kernelDistance(at(12), 5, 'normalised')).toBe(0)
    expect(kernelDistance(at(24), 5, 'normalised')).toBeCloseTo(1, 12)
    expect(kernelDistance(at(24), 5, 'published')).toBeCloseTo(3, 12)
  })

  it('is undefined for a kernel of zeros', () => {
    expect(kernelDistance(new Float32Array(9), 3, 'normalised')).toBeNull()
    expect(kernelDistance(new Float32Array(9), 3, 'published')).toBeNull()
  })

  const weights = fc.array(fc.float({ noNaN: true, min: -10, max: 10 }), { minLength: 49, maxLength: 49 })

  it('does not depend on scale or sign in the paper’s definition, but depends on scale in its code’s definition', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 6 }), (values, power) => {
        const factor = -(2 ** power)
        const scaled = values.map((value) => value * factor)
        const before = kernelDistance(values, 7, 'normalised')
        if (before === null) return
        expect(kernelDistance(scaled, 7, 'normalised')).toBeCloseTo(before, 10)
        const published = kernelDistance(values, 7, 'published') ?? NaN
        expect(kernelDistance(scaled, 7, 'published')).toBeCloseTo(published * -factor, 6)
        expect(before).toBeGreaterThanOrEqual(0)
        expect(before).toBeLessThanOrEqual(1 + 1e-12)
      }),
    )
  })
})

describe('kernelDistances', () => {
  it('sorts distances with their channels, and skips channels of zeros or invalid weights', () => {
    const layer = new Float32Array(5 * 9)
    layer[0 * 9 + 0] = 1
    layer[2 * 9 + 4] = 1
    layer[3 * 9 + 1] = NaN
    layer[4 * 9 + 1] = 2
    const { distance, order, skipped } = kernelDistances(layer, 3, 'normalised')
    expect(order).toEqual([2, 4, 0])
    expect(distance.map((d) => Number(d.toFixed(6)))).toEqual([0, 0.707107, 1])
    expect(skipped).toEqual([1, 3])
  })
})
