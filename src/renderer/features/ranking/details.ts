import type { Ranking } from '#shared/contract/index.ts'
import { percent, percentRange, points as pointsText, pValue, significant } from '../../lib/format.ts'

type Metric = Ranking['metrics'][number]
type Value = Ranking['models'][number]['values'][number]

export const format = (unit: Metric['unit'], value: number): string =>
  unit === 'number' ? significant(value, 4) : unit === 'points' ? pointsText(value) : percent(value)

/** A value as its cell shows it; "≈" stands before one that lies between two measured conditions. */
export const valueText = ({ unit }: Metric, { value, interpolated }: Value): string =>
  `${interpolated ? '≈ ' : ''}${format(unit, value)}`

/** Whether a model is better than the reference; null where no test tells the two apart. */
export function isBetter({ better }: Metric, value: Value | null | undefined): boolean | null {
  const { delta = null, test = null } = value ?? {}
  if (delta === null || test === null || test.adjusted >= 0.05) return null
  return delta > 0 === (better === 'higher')
}

export function rangeText({ unit }: Metric, { interval }: Value): string {
  if (!interval) return ''
  if (unit === 'fraction') return percentRange(interval)
  if (unit === 'points') return percentRange(interval).replace(' %', ' points').replaceAll('-', '−')
  return `${significant(interval.lo, 3)} to ${significant(interval.hi, 3)}`
}

/** What a cell stands on, and the test of it against the reference model: shown where the pointer rests. */
export function detailsOf({ dataset }: Metric, own: Value, reference: string | null): string {
  const { n, condition, test } = own
  return [
    [`n = ${n} on ${dataset}`, ...(condition === null ? [] : [condition])].join(', '),
    ...(test && reference !== null ? [testText(test, reference)] : []),
    'Click to open its study.',
  ].join('\n')
}

/** "+2.0 points against A (−0.1 to +4.1), McNemar’s p = 0.06, Holm’s p = 0.12, on the same 500 images" */
export function testText(
  { difference, interval, n, p, adjusted }: NonNullable<Value['test']>,
  reference: string,
): string {
  const range = interval ? ` (${points(interval.lo)} to ${points(interval.hi)})` : ''
  return `${points(difference)} points against ${reference}${range}, McNemar’s p ${pText(p)}, Holm’s p ${pText(adjusted)}, on the same ${n} images`
}

/** "= 0.04" or "< 0.001" */
const pText = (p: number): string => (pValue(p).startsWith('<') ? pValue(p) : `= ${pValue(p)}`)

const points = (value: number): string =>
  `${value < 0 ? '−' : value > 0 ? '+' : ''}${Math.abs(100 * value).toFixed(1)}`
