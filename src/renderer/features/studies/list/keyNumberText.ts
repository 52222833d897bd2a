import type { KeyNumber } from '#shared/contract/index.ts'
import { integer, percent, significant } from '../../../lib/format.ts'

const text = ({ unit }: KeyNumber, value: number) =>
  unit === 'fraction' ? percent(value) : significant(value, 3)

/** The value of one model, or the range over several: "81.3 %", "41.2 % to 81.3 %"; "≈" where one is interpolated. */
export function valueText(number: KeyNumber): string {
  const values = number.values.map(({ value }) => value)
  const [low, high] = [text(number, Math.min(...values)), text(number, Math.max(...values))]
  const about = number.values.some(({ interpolated }) => interpolated) ? '≈ ' : ''
  return about + (low === high ? low : `${low} to ${high}`)
}

/** "n = 320", or the range where models were measured on different numbers of images. */
export function countText({ values }: KeyNumber): string {
  const counts = values.map(({ n }) => n)
  const [low, high] = [Math.min(...counts), Math.max(...counts)]
  return low === high ? `n = ${integer(low)}` : `n = ${integer(low)} to ${integer(high)}`
}

/** A line for each model, with the metric above. */
export const detailText = (number: KeyNumber, titleOf: (id: number) => string): string =>
  [
    number.title,
    ...number.values.map(
      ({ modelId, value, n, interpolated }) =>
        `${titleOf(modelId)}: ${interpolated ? '≈ ' : ''}${text(number, value)}, n = ${integer(n)}`,
    ),
  ].join('\n')

/** What a list is sorted by: the best value. */
export function bestValue({ better, values }: KeyNumber): number {
  const numbers = values.map(({ value }) => value)
  return better === 'higher' ? Math.max(...numbers) : Math.min(...numbers)
}
