import { describe, expect, it } from 'vitest'
import {
  areaUnder,
  blurKernel,
  blurred,
  changedPixels,
  exchanged,
  peakOf,
  removalOrder,
} from '#shared/maths/removal.ts'
import goldens from '../engine/saliency/goldens.json' with { type: 'json' }

describe('removing pixels by a map', () => {
  it('begins with the largest values, and with the first of equal ones', () => {
    expect([...removalOrder([1, 3, 2, 3, 0])]).toEqual([1, 3, 2, 0, 4])
    expect(peakOf([1, 3, 2, 3])).toBe(1)
    expect(peakOf([NaN, -2])).toBe(1)
  })

  it('takes equal parts, and all in the end', () => {
    expect([0, 1, 2, 3, 4].map((step) => changedPixels(10, step, 4))).toEqual([0, 3, 5, 8, 10])
    // As published: 224 pixels of 224 x 224 a step.
    expect(changedPixels(224 * 224, 7, 224)).toBe(7 * 224)
  })

  it('changes all three channels of the pixels that are first', () => {
    const [start, finish] = [new Float32Array(9).fill(1), new Float32Array(9).fill(2)]
    const target = new Float32Array(9)
    exchanged(start, finish, Uint32Array.of(2, 0, 1), 2, target)
    expect([...target]).toEqual([2, 2, 2, 1, 1, 1, 2, 2, 2])
  })

  it('has the area of trapezoids over its length', () => {
    expect(areaUnder([1, 1, 1])).toBe(1)
    expect(areaUnder([1, 0])).toBe(0.5)
    expect(areaUnder([0, 1, 0.5])).toBeCloseTo(0.625, 12)
  })
})

describe('the blurred image', () => {
  it('has the kernel of SciPy', () => {
    const kernel = blurKernel(11, 5)
    for (const [at, value] of goldens.kernel.entries()) expect(kernel[at]).toBeCloseTo(value, 10)
    expect(kernel.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
  })

  it('of the mean colour is the mean colour, and blurs both axes', () => {
    const mean = [0.2, 0.4, 0.6] as const
    const flat = Float32Array.from({ length: 5 * 4 * 3 }, (_, at) => mean[at % 3] ?? 0)
    for (const [at, value] of blurred(flat, [5, 4], mean, blurKernel(3, 1)).entries())
      expect(value).toBeCloseTo(mean[at % 3] ?? 0, 6)
    const point = new Float32Array(5 * 5 * 3)
    point[(2 * 5 + 2) * 3] = 1
    const kernel = blurKernel(3, 1)
    const found = blurred(point, [5, 5], [0, 0, 0], kernel)
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 3; x++)
        expect(found[((y + 1) * 5 + x + 1) * 3]).toBeCloseTo((kernel[y] ?? 0) * (kernel[x] ?? 0), 6)
    expect(found[0]).toBe(0)
    expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5)
  })
})
