import type { Axis } from './spec.ts'

/**
 * The shortest decimal form of at most `digits` significant digits, without the noise of binary fractions, with a true
 * minus sign.
 */
export function plainNumber(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return '–'
  const rounded = Number(value.toPrecision(digits))
  const small = rounded !== 0 && (Math.abs(rounded) < 1e-4 || Math.abs(rounded) >= 1e7)
  return (small ? rounded.toExponential() : String(rounded)).replace('-', '−')
}

/** A fixed number of decimals with a true minus sign and no "−0". */
export function fixedNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return '–'
  const text = value.toFixed(decimals)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}

/** Whether an axis writes fractions as hundredths. */
export const inHundredths = (unit: string): boolean => unit === 'percent' || unit === 'points'

/** Label of an axis with its unit. */
export function axisName(axis: Pick<Axis, 'label' | 'unit'>): string {
  if (axis.unit === 'percent') return /%/.test(axis.label) ? axis.label : `${axis.label} (%)`
  if (axis.unit === 'points') return `${axis.label} (points)`
  if (axis.unit === 'pixels') return /px|pixel/i.test(axis.label) ? axis.label : `${axis.label} (px)`
  return axis.label
}

/** A tick without its unit: 0.2 becomes "20" on a percent axis and "0.2π" on an axis in units of π. */
export function formatTick(axis: Pick<Axis, 'unit' | 'categories'>, value: number): string {
  if (axis.categories) return axis.categories[value] ?? ''
  if (inHundredths(axis.unit)) return plainNumber(value * 100)
  if (axis.unit === 'pi') return value === 0 ? '0' : value === 1 ? 'π' : `${plainNumber(value)}π`
  return plainNumber(value)
}

/** A value with its unit, for a sentence or a tooltip: "71.5 %", "0.3π", "3 px". */
export function formatValue(axis: Pick<Axis, 'unit' | 'categories'>, value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–'
  if (axis.categories) return axis.categories[value] ?? plainNumber(value)
  if (axis.unit === 'percent') return `${fixedNumber(value * 100, 1)} %`
  if (axis.unit === 'points') return `${fixedNumber(value * 100, 1)} points`
  if (axis.unit === 'pixels') return `${plainNumber(value, 4)} px`
  if (axis.unit === 'pi') return formatTick(axis, value)
  return plainNumber(value, 4)
}
