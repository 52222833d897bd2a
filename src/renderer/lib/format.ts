import { fixedNumber } from '#shared/figures/format.ts'
import { thousands } from '#shared/thousands.ts'

/** Numbers as text for the screen. null becomes an en dash. */
const dash = '–'

/** 1234567 → "1,234,567" */
export const integer = (value: number | null | undefined) => (value == null ? dash : thousands(value))

/** 79200000 → "79.2 M"; three significant digits and decimal prefixes. */
export function compact(value: number | null | undefined): string {
  if (value == null) return dash
  for (const [unit, size] of [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (Math.abs(value) >= size) return `${significant(value / size, 3)} ${unit}`
  }
  return significant(value, 3)
}

/** 1536 → "1.5 KB"; binary multiples. */
export function bytes(value: number | null | undefined): string {
  if (value == null) return dash
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let step = 0
  let size = value
  while (size >= 1024 && step < units.length - 1) {
    size /= 1024
    step++
  }
  return step === 0 ? `${value} B` : `${size < 10 ? size.toFixed(1) : size.toFixed(0)} ${units[step]}`
}

/** A fraction as per cent: 0.8123 → "81.2 %". */
export const percent = (value: number | null | undefined, digits = 1) =>
  value == null ? dash : `${(100 * value).toFixed(digits)} %`

/** A difference of fractions as percentage points: -0.0123 → "−1.2 points". */
export const points = (value: number | null | undefined, digits = 1) =>
  value == null ? dash : `${fixedNumber(100 * value, digits)} points`

/** An interval of fractions: "79.0 to 83.3 %". */
export const percentRange = (range: { lo: number; hi: number } | null | undefined, digits = 1) =>
  range == null ? dash : `${(100 * range.lo).toFixed(digits)} to ${(100 * range.hi).toFixed(digits)} %`

/**
 * A number with `digits` significant digits: 0.01234 → "0.0123". Very large and very small numbers have an exponent.
 */
export function significant(value: number | null | undefined, digits = 4): string {
  if (value == null) return dash
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e7)
      ? value.toExponential(digits - 1)
      : Number(value.toPrecision(digits)).toLocaleString('en-US', { maximumSignificantDigits: digits })
  return text.replace(/^-/, '−')
}

export { pText as pValue } from '#shared/pText.ts'

/** Seconds as "48 s", "3 min 05 s", "2 h 10 min". */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return dash
  if (seconds > 0 && seconds < 0.95) return `${Math.max(0.1, seconds).toFixed(1)} s`
  const s = Math.round(seconds)
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`
  if (s < 86_400)
    return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`
}

/** Unix time in milliseconds as "2026-11-24 11:05", local. */
export function dateTime(milliseconds: number | null | undefined): string {
  if (milliseconds == null) return dash
  const date = new Date(milliseconds)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** ["N",3,224,224] → "[N, 3, 224, 224]"; an unknown dimension is "?". */
export const shape = (dims: readonly (number | string | null)[] | null) =>
  dims ? `[${dims.map((d) => d ?? '?').join(', ')}]` : dash

/** "1 image", "2 images". */
export const plural = (count: number, one: string, many = `${one}s`) =>
  `${integer(count)} ${count === 1 ? one : many}`

/** The last part of a path of any platform. */
export const baseName = (path: string) =>
  path
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1) ?? path

/** "no attention was found" → "No attention was found". */
export const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
