import fc from 'fast-check'
import { expect, it } from 'vitest'
import { holm } from '#shared/maths/holm.ts'

it('equals the example of four hypotheses in the article on the method in Wikipedia, and one by hand', () => {
  const close = (found: readonly number[], wanted: readonly number[]) =>
    wanted.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 12))
  // At 0.05 the first and the last are rejected.
  close(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
  close(holm([0.001, 0.008, 0.039, 0.041, 0.042, 0.06]), [0.006, 0.04, 0.156, 0.156, 0.156, 0.156])
})

it('is the p-value for one test, at most Bonferroni, and keeps the order', () => {
  expect(holm([0.03])).toEqual([0.03])
  expect(holm([])).toEqual([])
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }),
      (ps) => {
        const found = holm(ps)
        for (const [at, p] of ps.entries()) {
          expect(found[at]).toBeGreaterThanOrEqual(p)
          expect(found[at]).toBeLessThanOrEqual(Math.min(1, p * ps.length) + 1e-15)
          for (const [other, q] of ps.entries())
            if (p < q) expect(found[at]).toBeLessThanOrEqual(found[other] ?? NaN)
        }
      },
    ),
  )
  expect(() => holm([1.5])).toThrow(RangeError)
})
