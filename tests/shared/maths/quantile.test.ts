import { expect, it } from 'vitest'
import { quantile } from '#shared/maths/quantile.ts'

const shares = [0, 0.1, 0.25, 0.5, 0.9, 0.975, 1]

// numpy 2.4.6: numpy.quantile(values, shares, method=…)
it.each([
  ['linear', [1, 2, 4, 8], [1, 1.3, 1.75, 3, 6.8, 7.7, 8]],
  ['linear', [-3, 0, 0, 5, 9.5], [-3, -1.8, 0, 0, 7.7, 9.05, 9.5]],
  ['invertedCdf', [1, 2, 4, 8], [1, 1, 1, 2, 8, 8, 8]],
  ['invertedCdf', [-3, 0, 0, 5, 9.5], [-3, -3, 0, 0, 9.5, 9.5, 9.5]],
] as const)('the %s quantile of %j equals numpy’s', (definition, values, expected) => {
  for (const [at, p] of shares.entries())
    expect(quantile(values, p, definition)).toBeCloseTo(expected[at] ?? Number.NaN, 12)
})

it('the above quantile differs from invertedCdf only where p·n is whole', () => {
  const values = [1, 2, 4, 8]
  expect([0.25, 0.5, 0.75].map((p) => quantile(values, p, 'above'))).toEqual([2, 4, 8])
  for (const p of [0.1, 0.3, 0.6, 0.9, 1])
    expect(quantile(values, p, 'above')).toBe(quantile(values, p, 'invertedCdf'))
})

it.each(['linear', 'invertedCdf', 'above'] as const)('the %s quantile of no values is NaN', (definition) => {
  expect(quantile([], 0.5, definition)).toBeNaN()
  expect(quantile(Float32Array.of(7), 0.5, definition)).toBe(7)
})
