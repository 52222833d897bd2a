import type { KeyNumber } from './contract/index.ts'
import { fixedNumber, plainNumber } from './figures/format.ts'
import { thousands } from './thousands.ts'

const signs = { fraction: '%', points: 'points' }
const text = ({ unit }: KeyNumber, value: number) =>
  unit === 'number' ? plainNumber(value, 3) : `${fixedNumber(100 * value, 1)} ${signs[unit]}`

/** The value of one model, or the range over several: "81.3 %", "41.2 % to 81.3 %", "−3.6 to −1.2 points"; "≈" where one is interpolated. */
export function valueText(number: KeyNumber): string {
  const values = number.values.map(({ value }) => value)
  const [low, high] = [text(number, Math.min(...values)), text(number, Math.max(...values))]
  const about = number.values.some(({ interpolated }) => interpolated) ? '≈ ' : ''
  return about + (low === high ? low : `${low.replace(' points', '')} to ${high}`)
}

/** "n = 320", or the range where models were measured on different numbers of images; "no images" where it is of none. */
export function countText({ values }: KeyNumber): string {
  const counts = values.flatMap(({ n }) => n ?? [])
  if (counts.length === 0) return 'no images'
  const [low, high] = [Math.min(...counts), Math.max(...counts)].map(thousands)
  return low === high ? `n = ${low}` : `n = ${low} to ${high}`
}

/** A line for each model, with the metric above. */
export const detailText = (number: KeyNumber, titleOf: (id: number) => string): string =>
  [
    number.title,
    ...number.values.map(
      ({ modelId, value, n, interpolated }) =>
        `${titleOf(modelId)}: ${interpolated ? '≈ ' : ''}${text(number, value)}${n === null ? '' : `, n = ${thousands(n)}`}`,
    ),
  ].join('\n')

/** What a list is sorted by: the best value; the largest where neither end is better. */
export function bestValue({ better, values }: KeyNumber): number {
  const numbers = values.map(({ value }) => value)
  return better === 'lower' ? Math.min(...numbers) : Math.max(...numbers)
}
