import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  alexnet,
  alexnetErrors,
  alexnetFlips,
  backgroundGap,
  calibrationError,
  corruptionSummary,
  detection,
  expectedCalibrationError,
  flipProbability,
  frameRule,
  meanRate,
  percentileInterval,
  resampledDetection,
  resamples,
  responseRateAccuracy,
  top5Distance,
  top5Mean,
} from '#engine/metrics/index.ts'
import { imagenetC15, imagenetCHoldOut, imagenetP10 } from '#shared/transforms/index.ts'
import { classSubsets } from '#engine/models/labels.ts'

describe('ImageNet-C', () => {
  it('gives AlexNet 100 and its mean accuracy of 8.80 %', () => {
    const summary = corruptionSummary(alexnetErrors, alexnet.clean)
    expect(summary.mce).toBeCloseTo(100, 12)
    expect(summary.relativeMce).toBeCloseTo(100, 12)
    expect(summary.meanAccuracyAt5).toBeCloseTo(0.088, 4)
    expect(summary.scores.map(({ corruption }) => corruption)).toEqual([...imagenetC15, ...imagenetCHoldOut])
  })

  it.each([
    ['brightness', 68.02, 56.64],
    ['contrast', 39.06, 71.43],
    ['defocus_blur', 38.75, 74.71],
    ['elastic_transform', 45.25, 84.75],
    ['fog', 45.83, 66.11],
    ['frost', 38.14, 74.84],
    ['gaussian_noise', 29.29, 79.77],
    ['glass_blur', 26.79, 88.61],
    ['impulse_noise', 23.81, 82.58],
  ])('%s: ResNet-50 at mean accuracy %f %% has the published CE %f', (corruption, accuracy, ce) => {
    const error = 1 - accuracy / 100
    const { scores } = corruptionSummary({ [corruption]: [error, error, error, error, error] }, null)
    expect(scores.find((score) => score.corruption === corruption)?.ce).toBeCloseTo(ce, 1)
  })

  it('gives the scores it can, but no mean, while an error is missing', () => {
    const { frost, ...rest } = alexnetErrors
    const summary = corruptionSummary({ ...rest, frost: [...(frost ?? []).slice(0, 4), null] }, null)
    expect(summary.mce).toBeNull()
    expect(summary.meanAccuracyAt5).toBeNull()
    expect(summary.scores.find(({ corruption }) => corruption === 'frost')).toEqual({
      corruption: 'frost',
      meanError: null,
      ce: null,
      relativeCe: null,
    })
    expect(summary.scores[0]).toMatchObject({ ce: expect.closeTo(100, 9), relativeCe: null })
  })

  it('leaves the four extra corruptions out of the mCE', () => {
    const benchmark = Object.fromEntries(imagenetC15.map((name) => [name, alexnetErrors[name] ?? []]))
    const summary = corruptionSummary(benchmark, alexnet.clean)
    expect(summary.mce).toBeCloseTo(100, 12)
    expect(summary.meanError).toBeNull()
  })

  it('lets a relative CE be negative', () => {
    const better = Object.fromEntries(imagenetC15.map((name) => [name, [0.1, 0.1, 0.1, 0.1, 0.1]]))
    expect(corruptionSummary(better, 0.2).relativeMce).toBeLessThan(0)
  })
})

describe('detection', () => {
  it('reproduces the worked example of the reference', () => {
    expect(detection([0.9, 0.8, 0.8, 0.8, 0.1], [true, true, true, false, false])?.aupr).toBeCloseTo(
      5 / 6,
      12,
    )
  })

  it('is perfect, hopeless or chance in the extreme cases', () => {
    expect(detection([3, 2, 1], [true, true, false])).toMatchObject({ aupr: 1, auroc: 1, fprAt95: 0 })
    expect(detection([1, 2, 3], [true, false, false])).toMatchObject({ aupr: 1 / 3, auroc: 0, fprAt95: 1 })
    expect(detection([5, 5, 5, 5], [true, false, false, false])).toEqual({
      aupr: 0.25,
      auroc: 0.5,
      fprAt95: 1,
      chance: 0.25,
    })
  })

  it('gives the same for a resample as for its images, ties included', () => {
    const image = fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(image, { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        (images, draw) => {
          const indices = Uint32Array.from(images, () => (draw.next().value ?? 0) % images.length)
          const drawn = [...indices].map((index) => images[index] ?? { score: 0, positive: false })
          const direct = detection(
            drawn.map(({ score }) => score),
            drawn.map(({ positive }) => positive),
          )
          const resampled = resampledDetection(
            images.map(({ score }) => score),
            images.map(({ positive }) => positive),
          )(indices)
          if (direct === null) expect(resampled).toBeNull()
          else
            for (const name of ['aupr', 'auroc', 'fprAt95'] as const)
              expect(resampled?.[name]).toBeCloseTo(direct[name], 12)
        },
      ),
    )
  })

  it('is not defined without positives, negatives or numbers', () => {
    expect(detection([1, 2], [true, true])).toBeNull()
    expect(detection([1, 2], [false, false])).toBeNull()
    expect(detection([], [])).toBeNull()
    expect(detection([1, Number.NaN], [true, false])).toBeNull()
  })

  it('does not depend on the order of the images', () => {
    const row = fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() })
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (rows) => {
        const both = (list: typeof rows) =>
          detection(
            list.map(({ score }) => score),
            list.map(({ positive }) => positive),
          )
        expect(both(rows.toReversed())).toEqual(both(rows))
      }),
    )
  })
})

describe('ImageNet-P', () => {
  it.each([
    ['identity', [1, 2, 3, 4, 5], 0],
    ['the first two exchanged', [2, 1, 3, 4, 5], 2],
    ['reversed', [5, 4, 3, 2, 1], 12],
    ['all five gone', [6, 7, 8, 9, 10], 15],
    ['the first gone, the others move up', [2, 3, 4, 5, 6], 9],
  ])('top-5 distance: %s', (_, frame, distance) => {
    expect(top5Distance([1, 2, 3, 4, 5, 6, 7], frame)).toBe(distance)
    expect(top5Distance([1, 2, 3, 4, 5], [...frame, 97, 98, 99])).toBe(distance)
  })

  it('top-5 distance is not symmetric', () => {
    const [a, b] = [
      [0, 1, 2, 3, 4],
      [4, 0, 1, 2, 9],
    ]
    expect([top5Distance(a ?? [], b ?? []), top5Distance(b ?? [], a ?? [])]).not.toEqual([0, 0])
    expect(top5Distance([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])).toBe(9)
    expect(top5Distance([2, 3, 4, 5, 6], [1, 2, 3, 4, 5])).toBe(5)
  })

  it('compares noise with the first frame and other perturbations with the frame before', () => {
    expect(imagenetP10.filter((name) => frameRule(name) === 'first')).toEqual([
      'gaussian_noise',
      'shot_noise',
    ])
    expect(frameRule('speckle_noise')).toBe('first')
    const frames = [1, 2, 2, 1]
    expect(flipProbability([frames], 'previous')).toBeCloseTo(2 / 3, 12)
    expect(flipProbability([frames], 'first')).toBeCloseTo(2 / 3, 12)
    expect(flipProbability([[1, 2, 2, 2]], 'first')).toBe(1)
    expect(flipProbability([[1, 2, 2, 2]], 'previous')).toBeCloseTo(1 / 3, 12)
  })

  it('averages inside a sequence first, and leaves out sequences of one frame', () => {
    expect(flipProbability([[1, 2], [1, 1, 1, 1, 1], [3]], 'previous')).toBe(0.5)
    expect(flipProbability([[3], []], 'previous')).toBeNull()
    expect(top5Mean([], 'first')).toBeNull()
  })

  it('gives the published mFR of ResNeXt-101 32x48d WSL and of ResNet-50 from their flip probabilities', () => {
    const flips = (values: number[]) =>
      Object.fromEntries(imagenetP10.map((name, at) => [name, (values[at] ?? 0) / 100]))
    expect(
      meanRate(flips([5.85, 6.99, 2.84, 2.32, 3.67, 1.54, 2.42, 3.47, 2.15, 4.62]), alexnetFlips).mean,
    ).toBeCloseTo(27.83, 1)
    expect(
      meanRate(flips([14, 17.4, 6, 4.29, 7.54, 3.03, 4.86, 6.79, 4.01, 11.32]), alexnetFlips).mean,
    ).toBeCloseTo(58, 1)
  })

  it('gives rates but no mean while a perturbation is missing', () => {
    const { rates, mean } = meanRate({ snow: 0.1193, tilt: null }, alexnetFlips)
    expect([rates['snow'], rates['tilt'], mean]).toEqual([100, null, null])
  })
})

describe('ImageNet-9', () => {
  const nine = classSubsets().imagenet9

  it('maps 370 classes and leaves out the others', () => {
    const mapped = Array.from({ length: 1000 }, (_, index) =>
      nine.findIndex(({ indices }) => indices.includes(index)),
    )
    expect(mapped.filter((id) => id >= 0)).toHaveLength(370)
    expect([151, 171, 172, 281, 0, 36, 7].map((index) => mapped[index])).toEqual([0, -1, -1, -1, 8, 3, 1])
  })

  it('has a gap that may be negative', () => {
    expect(backgroundGap(0.9, 0.8)).toBeCloseTo(0.1, 12)
    expect(backgroundGap(0.8, 0.9)).toBeLessThan(0)
    expect(backgroundGap(null, 0.9)).toBeNull()
  })
})

describe('calibration', () => {
  it('is 0 for a model whose confidence equals its accuracy', () => {
    const confidence = Array.from({ length: 200 }, () => 0.5)
    const correct = confidence.map((_, at) => at % 2 === 0)
    expect(calibrationError(confidence, correct)).toBe(0)
    expect(expectedCalibrationError(confidence, correct)).toBe(0)
  })

  it('puts a confidence of 1 into the last bin and drops none', () => {
    expect(expectedCalibrationError([1, 0], [false, true])).toBe(1)
    expect(expectedCalibrationError([0.1], [true])).toBeCloseTo(0.9, 12)
  })

  it('uses one bin for fewer than 100 images, where the published form has nothing to sum', () => {
    expect(calibrationError([0.9, 0.7], [true, false])).toBeCloseTo(0.3, 12)
    expect(calibrationError([0.9, 0.7], [true, false], { rule: 'authors' })).toBe(0)
    expect(calibrationError([], [])).toBeNull()
  })

  it('ranks images by confidence', () => {
    expect(responseRateAccuracy([0.9, 0.5, 0.1], [true, false, false])).toBeCloseTo(
      (1 + 1 / 2 + 1 / 3) / 3,
      12,
    )
    expect(responseRateAccuracy([], [])).toBeNull()
    expect(expectedCalibrationError([], [])).toBeNull()
  })
})

describe('bootstrap', () => {
  const bootstrap = (
    n: number,
    metric: (indices: Uint32Array) => number,
    { seed, draws }: { seed: number; draws?: number },
  ) => percentileInterval(Array.from(resamples(n, seed, draws), metric), 0.95)
  const values = Array.from({ length: 400 }, (_, at) => (at % 4 === 0 ? 0 : 1))
  const mean = (indices: Uint32Array) =>
    indices.reduce((sum, at) => sum + (values[at] ?? 0), 0) / indices.length

  it('agrees with the normal approximation of a share', () => {
    const interval = bootstrap(400, mean, { seed: 1, draws: 2000 })
    const half = 1.96 * Math.sqrt((0.75 * 0.25) / 400)
    expect(interval?.lo).toBeCloseTo(0.75 - half, 2)
    expect(interval?.hi).toBeCloseTo(0.75 + half, 2)
  })

  it('is repeatable, differs by seed, and is null without values', () => {
    const run = (seed: number) => bootstrap(400, mean, { seed, draws: 100 })
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
    expect(bootstrap(0, mean, { seed: 1 })).toBeNull()
  })
})
