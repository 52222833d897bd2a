import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { argmax, softmax, topK } from '#shared/maths/logits.ts'
import { mcnemar } from '#shared/maths/mcnemar.ts'
import { normalQuantile } from '#shared/maths/normal.ts'
import { spread } from '#shared/maths/spread.ts'
import { wilson } from '#shared/maths/wilson.ts'

const golden = z
  .object({
    wilson: z.array(
      z.object({ correct: z.int(), n: z.int(), level: z.number(), lo: z.number(), hi: z.number() }),
    ),
    mcnemar: z.array(z.object({ onlyA: z.int(), onlyB: z.int(), p: z.number() })),
    quantile: z.array(z.object({ p: z.number(), z: z.number() })),
    softmax: z.array(z.object({ logits: z.array(z.number()), softmax: z.array(z.number()) })),
  })
  .parse(JSON.parse(readFileSync(new URL('statistics.golden.json', import.meta.url), 'utf8')))

const relative = (a: number, b: number) =>
  a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b))

describe('wilson', () => {
  it.each(golden.wilson)(
    'equals scipy’s interval for $correct of $n at $level',
    ({ correct, n, level, lo, hi }) => {
      const interval = wilson(correct, n, level)
      expect(interval.lo).toBeCloseTo(lo, 13)
      expect(interval.hi).toBeCloseTo(hi, 13)
    },
  )

  it('contains the share, stays in [0,1] and is symmetric under exchange of right and wrong', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, share) => {
          const correct = Math.round(share * n)
          const { lo, hi } = wilson(correct, n)
          const mirrored = wilson(n - correct, n)
          expect(lo).toBeGreaterThanOrEqual(0)
          expect(hi).toBeLessThanOrEqual(1)
          expect(lo).toBeLessThanOrEqual(correct / n)
          expect(hi).toBeGreaterThanOrEqual(correct / n)
          expect(1 - mirrored.hi).toBeCloseTo(lo, 12)
        },
      ),
    )
  })

  it('refuses counts that are not a proportion', () => {
    expect(() => wilson(0, 0)).toThrow('invalid n: 0')
    expect(() => wilson(3, 2)).toThrow('invalid correct: 3 of 2')
    expect(() => wilson(1, 2, 1)).toThrow('invalid level: 1')
    expect(() => wilson(Number.NaN, 2)).toThrow('invalid correct')
  })
})

describe('mcnemar', () => {
  it.each(golden.mcnemar)('equals scipy’s p-value for $onlyA against $onlyB', ({ onlyA, onlyB, p }) => {
    expect(relative(mcnemar(onlyA, onlyB), p)).toBeLessThan(1e-9)
  })

  it('is symmetric, and 1 without evidence', () => {
    expect(mcnemar(7, 20)).toBe(mcnemar(20, 7))
    expect(mcnemar(0, 0)).toBe(1)
    expect(mcnemar(50, 50)).toBe(1)
  })

  it('has the closed form 2^(1-n) where one side is empty', () => {
    for (const n of [1, 10, 100, 1000]) expect(relative(mcnemar(0, n), 2 ** (1 - n))).toBeLessThan(1e-12)
  })

  it('refuses counts that are negative or not whole', () => {
    expect(() => mcnemar(-1, 2)).toThrow('invalid count: -1')
    expect(() => mcnemar(1, 0.5)).toThrow('invalid count: 0.5')
  })
})

describe('normalQuantile', () => {
  it.each(golden.quantile)('equals scipy’s quantile of $p', ({ p, z: expected }) => {
    expect(relative(normalQuantile(p), expected)).toBeLessThan(1e-13)
  })

  it('is infinite at 0 and 1 and refuses values outside [0,1]', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity])
    expect(() => normalQuantile(1.01)).toThrow('invalid probability')
  })
})

describe('logits', () => {
  it.each(golden.softmax)('softmax agrees with scipy in float64', ({ logits, softmax: expected }) => {
    const ours = softmax(Float32Array.from(logits))
    for (const [k, value] of expected.entries()) expect(relative(ours[k] ?? -1, value)).toBeLessThan(1e-13)
  })

  it('softmax does not overflow', () => {
    expect([...softmax([1e4, 1e4])]).toEqual([0.5, 0.5])
    expect([...softmax([-1e308, 1e308])]).toEqual([0, 1])
  })

  it('the lowest index wins a tie', () => {
    expect(topK([1, 3, 3, 2, 3], 4)).toEqual([1, 2, 4, 3])
    expect(argmax([0, -0, 0])).toBe(0)
    expect(argmax([1, 2, 2])).toBe(1)
    expect(topK([1, 2], 5)).toEqual([1, 0])
  })

  it('there is no largest logit where one is not finite', () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      expect(argmax([1, bad, 2])).toBe(-1)
      expect(topK([1, bad, 2], 5)).toEqual([])
    }
    expect(argmax([])).toBe(-1)
  })
})

describe('spread', () => {
  it('gives the mean and range of the finite values', () => {
    expect(spread([1, 2, 6])).toEqual({ mean: 3, min: 1, max: 6, n: 3 })
    expect(spread([1, Number.NaN, 3])).toEqual({ mean: 2, min: 1, max: 3, n: 2 })
    expect(spread([])).toBeNull()
    expect(spread([Number.NaN])).toBeNull()
  })

  it('keeps the mean inside the range', () => {
    expect(spread([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, min: 0.1, max: 0.1, n: 3 })
  })
})
