import type { Space } from './fields.ts'
import { numberText } from './numbers.ts'

/**
 * Says what a size of a change is in the other space, e.g. "8/255 in [0,1] units is 0.137 / 0.14 / 0.139 after
 * normalisation (red / green / blue)".
 *
 * @param value the size, in the space that is named
 * @param std deviations by which the preprocessing divides the image in [0,1], by channel
 */
export function inOtherSpace(value: number, space: Space, std: readonly number[]): string {
  const other = std.map((one) => Number((space === 'unit' ? value / one : value * one).toPrecision(3)))
  const [first = NaN] = other
  const same = other.every((one) => one === first)
  const numbers = same ? String(first) : other.join(' / ')
  const channels = same ? '' : ' (red / green / blue)'
  return space === 'unit'
    ? `${numberText(value)} in [0,1] units is ${numbers} after normalisation${channels}`
    : `${numberText(value)} after normalisation is ${numbers} in [0,1] units${channels}`
}
