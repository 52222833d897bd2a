import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  calibrationError,
  corruptionSummary,
  detection,
  expectedCalibrationError,
  flipProbability,
  responseRateAccuracy,
  top5Mean,
} from '#engine/metrics/index.ts'

const number = z.number()
const table = z.record(z.string(), z.array(number))
const distances = z.object({ flip: number, top5: number })
const norms = z.object({ '1': number, '2': number, inf: number })
const golden = z
  .object({
    detection: z.array(
      z.object({
        scores: z.array(number),
        positive: z.array(z.boolean()),
        aupr: number,
        auroc: number,
        fprAt95: number,
      }),
    ),
    corruption: z.object({
      errors: table,
      clean: number,
      baseline: z.object({ errors: table, clean: number }),
      ce: z.record(z.string(), number),
      relativeCe: z.record(z.string(), number),
      mce: number,
      relativeMce: number,
      meanAccuracyAt5: number,
      meanError: number,
    }),
    calibration: z.object({
      confidence: z.array(number),
      correct: z.array(z.boolean()),
      full: norms,
      authors: norms,
      ece: number,
      aurra: number,
    }),
    sequences: z.array(
      z.object({ orders: z.array(z.array(z.int())), previous: distances, first: distances }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('benchmarks.golden.json', import.meta.url), 'utf8')))

describe('benchmark metrics equal those of numpy and scikit-learn', () => {
  it.each(golden.detection)('AUPR, AUROC and FPR at 95 %, with ties', ({ scores, positive, ...expected }) => {
    const ours = detection(scores, positive)
    expect(ours?.aupr).toBeCloseTo(expected.aupr, 12)
    expect(ours?.auroc).toBeCloseTo(expected.auroc, 12)
    expect(ours?.fprAt95).toBeCloseTo(expected.fprAt95, 12)
  })

  it('CE, relative CE and their means', () => {
    const { errors, clean, baseline, ce, relativeCe, ...means } = golden.corruption
    const summary = corruptionSummary(errors, clean, baseline)
    for (const score of summary.scores) {
      expect(score.ce).toBeCloseTo(ce[score.corruption] ?? Number.NaN, 9)
      expect(score.relativeCe).toBeCloseTo(relativeCe[score.corruption] ?? Number.NaN, 9)
    }
    for (const [name, value] of Object.entries(means))
      expect(summary).toHaveProperty(name, expect.closeTo(value, 9))
  })

  it('calibration errors with and without the last bin, in three norms', () => {
    const { confidence, correct, full, authors } = golden.calibration
    for (const [rule, values] of Object.entries({ full, authors } as const))
      for (const [name, value] of Object.entries(values)) {
        const norm = name === 'inf' ? Infinity : name === '1' ? 1 : 2
        const ours = calibrationError(confidence, correct, {
          norm,
          rule: rule === 'full' ? 'full' : 'authors',
        })
        expect(ours).toBeCloseTo(value, 12)
      }
  })

  it('ECE and AURRA', () => {
    const { confidence, correct, ece, aurra } = golden.calibration
    expect(expectedCalibrationError(confidence, correct)).toBeCloseTo(ece, 12)
    expect(responseRateAccuracy(confidence, correct)).toBeCloseTo(aurra, 12)
  })

  it.each(golden.sequences)('flip probability and top-5 distance of a sequence', ({ orders, ...rules }) => {
    for (const [rule, expected] of Object.entries(rules)) {
      const frames = rule === 'first' ? 'first' : 'previous'
      expect(flipProbability([orders.map(([best = -1]) => best)], frames)).toBeCloseTo(expected.flip, 12)
      expect(top5Mean([orders.map((order) => order.slice(0, 5))], frames)).toBeCloseTo(expected.top5, 12)
    }
  })
})
