import { describe, expect, it } from 'vitest'
import { enlarged, gradCam, layerCam } from '#shared/maths/featureMaps.ts'
import { masked, MaskedSum, randomMasks, slidingWindows } from '#shared/maths/imageMasks.ts'
import { passesOf, refusalOf, saliencyMethod, saliencyMethodNames } from '#shared/saliencyMethods/index.ts'

const size = { height: 6, width: 8, baseline: [0.1, 0.2, 0.3] as const }

describe('feature maps', () => {
  const maps = {
    features: Float32Array.of(1, 2, 3, 4, 5, 6),
    gradients: Float32Array.of(1, -1, 3, -2, -4, -6),
    channels: 2,
    positions: 3,
  }

  it('Grad-CAM weights channels by their mean gradient, LayerCAM positions by their positive one', () => {
    // Weights 1 and -4: 1 - 16, 2 - 20, 3 - 24.
    expect([...gradCam(maps)]).toEqual([0, 0, 0])
    expect([...gradCam({ ...maps, gradients: maps.gradients.map((value) => -value) })]).toEqual([15, 18, 21])
    expect([...layerCam(maps)]).toEqual([1, 0, 9])
  })

  it('are enlarged between the centres of their cells', () => {
    expect([...enlarged([0, 4], [1, 2], [1, 4])]).toEqual([0, 1, 3, 4])
    expect([...enlarged([1, 2, 3, 4], [2, 2], [2, 2])]).toEqual([1, 2, 3, 4])
  })
})

describe('masks', () => {
  it('squares hide every pixel, also at the far ends', () => {
    const masks = slidingWindows(size, { window: 0.5, stride: 1, fill: [0, 0, 0] })
    // Sides of 3 pixels: at 0 and 3 down, at 0, 3 and 5 across.
    expect(masks.count).toBe(6)
    const hidden = new Float32Array(48)
    const mask = new Float32Array(48)
    for (let at = 0; at < masks.count; at++) {
      masks.write(at, mask)
      expect(mask.filter((value) => value === 0)).toHaveLength(9)
      for (const [pixel, value] of mask.entries()) hidden[pixel] = (hidden[pixel] ?? 0) + 1 - value
    }
    expect(Math.min(...hidden)).toBeGreaterThanOrEqual(1)
  })

  it('random masks lie in [0,1], keep the share that is asked for, and depend on the seed alone', () => {
    const drawn = (seed: number, keep = 0.3) => {
      const masks = randomMasks(size, { count: 200, cells: 3, keep, seed })
      const all = Array.from({ length: masks.count }, (_, at) => {
        const mask = new Float32Array(48)
        masks.write(at, mask)
        return mask
      })
      return all.flatMap((mask) => [...mask])
    }
    const one = drawn(1)
    expect(drawn(1)).toEqual(one)
    expect(drawn(2)).not.toEqual(one)
    expect(Math.min(...one)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...one)).toBeLessThanOrEqual(1)
    // 200 masks of 9 cells: the standard error is 0.011.
    expect(Math.abs(one.reduce((sum, value) => sum + value, 0) / one.length - 0.3)).toBeLessThan(0.055)
  })

  it('an output that is lost wherever one pixel is hidden makes a map with its peak there', () => {
    const masks = slidingWindows(size, { window: 0.34, stride: 0.5, fill: [0, 0, 0] })
    const sum = new MaskedSum(masks, 48, 1)
    const mask = new Float32Array(48)
    for (let at = 0; at < masks.count; at++) {
      masks.write(at, mask)
      sum.add(mask, mask[20] === 0 ? 0.25 : 1)
    }
    const map = sum.map()
    expect(map[20]).toBeCloseTo(0.75, 6)
    expect(Math.max(...map)).toBeCloseTo(0.75, 6)
    expect(map[0]).toBe(0)
  })

  it('an output that does not depend on the masks is the same everywhere where it is kept, and 0 where it is lost', () => {
    const kept = randomMasks(size, { count: 400, cells: 2, keep: 0.5, seed: 0 })
    const of = new MaskedSum(kept, 48, 0.8)
    const mask = new Float32Array(48)
    for (let at = 0; at < kept.count; at++) {
      kept.write(at, mask)
      of.add(mask, 0.8)
    }
    // Each pixel is kept by about half of 400 masks.
    for (const value of of.map()) expect(Math.abs(value - 0.8)).toBeLessThan(0.2)
    const lost = slidingWindows(size, { window: 0.5, stride: 1, fill: [0, 0, 0] })
    const none = new MaskedSum(lost, 48, 0.8)
    for (let at = 0; at < lost.count; at++) {
      lost.write(at, mask)
      none.add(mask, 0.8)
    }
    expect([...none.map()]).toEqual(new Array(48).fill(0))
  })

  it('what a mask takes away becomes the fill', () => {
    const target = new Float32Array(6)
    masked(Float32Array.of(1, 1, 1, 0.5, 0.5, 0.5), Float32Array.of(1, 0.5), [0.1, 0.2, 0.3], target)
    for (const [at, value] of [1, 1, 1, 0.3, 0.35, 0.4].entries()) expect(target[at]).toBeCloseTo(value, 6)
  })
})

it('methods tell what they cost, and what a graph must allow', () => {
  const passes = (method: object) => passesOf(saliencyMethod.parse(method), [32, 32])
  expect(passes({ method: 'gradCam' })).toEqual({ gradients: 1, forwards: 1 })
  expect(passes({ method: 'rise', masks: 50 })).toEqual({ gradients: 0, forwards: 51 })
  // Squares of 16 pixels at 0, 8 and 16.
  expect(passes({ method: 'occlusion', window: 0.5, stride: 0.5 })).toEqual({ gradients: 0, forwards: 10 })
  const rewrites = [
    { rewrite: 'differentiate', possible: false, reason: 'no rule' },
    { rewrite: 'attention', possible: false, reason: 'no attention' },
    { rewrite: 'probe', possible: true },
  ]
  const possible = saliencyMethodNames.filter((name) => refusalOf(name, rewrites) === null)
  expect(possible).toEqual(['occlusion', 'rise'])
  expect(refusalOf('relevance', rewrites.slice(1))).toBe('no attention')
})
