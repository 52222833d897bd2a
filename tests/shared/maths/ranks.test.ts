import { describe, expect, it } from 'vitest'
import { changePicture, distanceBetween, toLevels } from '#shared/maths/norms.ts'
import { ranks, spearman } from '#shared/maths/ranks.ts'

describe('ranks', () => {
  it('are the mean of the tied ranks for equal values', () => {
    expect([...ranks([10, 20, 10, 30])]).toEqual([1.5, 3, 1.5, 4])
  })

  it('give a correlation that depends only on the order', () => {
    expect(spearman([1, 2, 3, 4], [1, 8, 27, 1000])).toBeCloseTo(1, 12)
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12)
    // scipy.stats.spearmanr([1, 2, 2, 5, 7], [3, 1, 4, 4, 9]) = 0.763157894736842
    expect(spearman([1, 2, 2, 5, 7], [3, 1, 4, 4, 9])).toBeCloseTo(29 / 38, 12)
    expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0)
  })
})

describe('the distance of two images', () => {
  it('gives the largest change, the L2 norm, and the share of changed values', () => {
    expect(distanceBetween([0, 0.5, 1, 0.25], [0.3, 0.5, 0.6, 0.25])).toEqual({
      linf: 0.4,
      l2: Math.hypot(0.3, 0.4),
      changed: 0.5,
    })
  })

  it('becomes a picture from black to white, with grey for no change', () => {
    const a = Float32Array.of(0.5, 0.5, 0.5)
    expect([...changePicture(a, Float32Array.of(0.25, 0.5, 0.75), 0.25)]).toEqual([0, 128, 255])
    expect([...toLevels(Float32Array.of(-0.1, 0.5, 1.2))]).toEqual([0, 128, 255])
  })
})
