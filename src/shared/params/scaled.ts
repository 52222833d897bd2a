import type { Field, Params } from './fields.ts'

/**
 * Scales the lengths of a preset to the inputs of models: the divisor of all sides that is nearest, as a ratio, to the same
 * share of the smallest side. 16 px of 224 become 2 px of 32 and 16 px of 256.
 *
 * @param sides sides of the inputs in pixels; empty = nothing is scaled
 * @returns the scaled parameters alone
 */
export function scaledParams(fields: readonly Field[], params: Params, sides: readonly number[]): Params {
  const scaled: Params = {}
  for (const { key, scaledFrom, default: initial } of fields) {
    const value = params[key] ?? initial
    if (scaledFrom !== null && typeof value === 'number' && sides.length > 0)
      scaled[key] = nearestDivisor(sides, (value * Math.min(...sides)) / scaledFrom)
  }
  return scaled
}

function nearestDivisor(sides: readonly number[], wanted: number): number {
  const common = sides.reduce(gcd)
  const divisors = Array.from({ length: common }, (_, i) => i + 1).filter((one) => common % one === 0)
  const far = (one: number) => Math.abs(Math.log(one / wanted))
  return divisors.reduce((best, one) => (far(one) < far(best) ? one : best), 1)
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
