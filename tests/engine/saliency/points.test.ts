import { describe, expect, it } from 'vitest'
import { pointsOf } from '#engine/inference/index.ts'
import { magnitudes, signedSums } from '#engine/saliency/index.ts'
import { straightPath, weightedGradients, type GradientOf } from '#shared/maths/gradientPoints.ts'
import { ramp } from '../onnx/support.ts'

const image = ramp(48, 2654435761, 1).map((value) => value + 0.5)
const part = {
  image,
  height: 4,
  width: 4,
  key: 'a',
  baseline: [0.5, 0.4, 0.3] as const,
  weight: 0,
  first: 0,
  count: 0,
}

/** Gradient of sum(x^2)/2, which is x, and a count of the calls. */
function counted() {
  const sizes: number[] = []
  const gradientOf: GradientOf = (points, count) => {
    sizes.push(count)
    return Promise.resolve(points.slice())
  }
  return { sizes, gradientOf }
}

describe('SmoothGrad', () => {
  const smooth = (seed: number, key = 'a', noise = 0.1, copies = 20) =>
    pointsOf({ ...part, key, batch: 8, method: { method: 'smoothGrad', copies, noise, seed } })
  const mean = async (points: ReturnType<typeof smooth>) =>
    (await weightedGradients(points, counted().gradientOf)).map((value) => value / points.divisor)

  it('equals the gradient without noise, in calls of at most eight copies', async () => {
    const { sizes, gradientOf } = counted()
    const points = smooth(1, 'a', 0)
    const sum = await weightedGradients(points, gradientOf, { together: 8 })
    for (const [at, value] of sum.entries()) expect(value / points.divisor).toBeCloseTo(image[at] ?? NaN, 6)
    expect(sizes).toEqual([8, 8, 4])
  })

  it('depends on seed and image alone, and its parts add up to the whole', async () => {
    const whole = await mean(smooth(1))
    expect(await mean(smooth(1, 'b'))).not.toEqual(whole)
    expect(await mean(smooth(2))).not.toEqual(whole)
    const points = smooth(1)
    const first = await weightedGradients(points, counted().gradientOf, { count: 13 })
    const rest = await weightedGradients(points, counted().gradientOf, { first: 13, count: 100, together: 3 })
    for (const [at, value] of first.entries())
      expect((value + (rest[at] ?? NaN)) / points.divisor).toBeCloseTo(whole[at] ?? NaN, 12)
  })

  it('adds noise with the given share of the range of the image', async () => {
    const copies = 400
    const found = await mean(smooth(1, 'a', 0.2, copies))
    const spread = Math.max(...image) - Math.min(...image)
    const deviation = Math.sqrt(
      found.reduce((sum, value, at) => sum + (value - (image[at] ?? 0)) ** 2, 0) / found.length,
    )
    expect(deviation / ((0.2 * spread) / Math.sqrt(copies))).toBeCloseTo(1, 0)
  })
})

describe('a straight path', () => {
  const ends = (points: ReturnType<typeof straightPath>) =>
    [0, points.count - 1].map((index) => {
      const target = new Float32Array(points.size)
      points.write(index, target)
      return target
    })

  it('leads from black, or from the mean colour, to the image', () => {
    const black = pointsOf({
      ...part,
      batch: 8,
      method: { method: 'integratedGradients', steps: 4, baseline: 'black' },
    })
    expect(ends(black)).toEqual([new Float32Array(48), image])
    const mean = pointsOf({
      ...part,
      batch: 8,
      method: { method: 'integratedGradients', steps: 4, baseline: 'mean' },
    })
    expect(ends(mean)).toEqual([Float32Array.from(image, (_, at) => [0.5, 0.4, 0.3][at % 3] ?? 0), image])
  })

  it('integrates a linear gradient exactly, by trapezoids and by the mean of its points', async () => {
    for (const rule of ['trapezoid', 'mean'] as const) {
      const path = straightPath(image, { count: 5, rule })
      const sum = await weightedGradients(path, counted().gradientOf)
      for (const [at, value] of sum.entries())
        expect(value / path.divisor).toBeCloseTo((image[at] ?? NaN) / 2, 6)
    }
  })

  it('integrates x^2 by trapezoids with the error h^2/12 times the second derivative', async () => {
    const path = straightPath(image, { count: 11, rule: 'trapezoid' })
    const sum = await weightedGradients(path, (points) =>
      Promise.resolve(points.map((value) => value * value)),
    )
    for (const [at, value] of sum.entries()) {
      const square = (image[at] ?? NaN) ** 2
      expect(value / path.divisor).toBeCloseTo(square / 3 + (square * 2 * 0.1 ** 2) / 12, 5)
    }
  })
})

it('the channels are summed by magnitude or with their signs', () => {
  const channels = Float32Array.of(1, -2, 3, 0, 0, -1)
  expect([...magnitudes(channels)]).toEqual([6, 1])
  expect([...signedSums(channels)]).toEqual([2, -1])
})
