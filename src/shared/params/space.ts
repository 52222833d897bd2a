import type { Space } from './fields.ts'
import { numberText } from './numbers.ts'

/** What a space is called beside a field. */
export const spaceWords: Record<Space, string> = { unit: '[0,1]', normalised: 'Normalised' }

/** The same behind a size. */
export const inSpace: Record<Space, string> = { unit: 'in [0,1] units', normalised: 'after normalisation' }

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
    ? `${numberText(value)} ${inSpace.unit} is ${numbers} ${inSpace.normalised}${channels}`
    : `${numberText(value)} ${inSpace.normalised} is ${numbers} ${inSpace.unit}${channels}`
}

/**
 * The deviation [in the units of an image in [0,1]] that converts sizes for some models: the mean over channels. null
 * where models divide by different deviations, so that one size in one space is several in the other.
 *
 * @param stds deviations of each model, by channel
 */
export function commonStd(stds: readonly (readonly number[])[]): number | null {
  const [first] = stds
  if (!first || stds.some((one) => one.join() !== first.join())) return null
  return first.reduce((sum, one) => sum + one, 0) / first.length
}

/**
 * A size of a change in another space, to six digits.
 *
 * @param std what `commonStd` gives
 */
export function toSpace(value: number, from: Space, to: Space, std: number): number {
  if (from === to) return value
  return Number((from === 'unit' ? value / std : value * std).toPrecision(6))
}

/** The largest of one or several sizes, which stands for them in a note; null where there is no number. */
export function largestSize(value: unknown): number | null {
  const sizes: unknown[] = Array.isArray(value) ? value : [value]
  const largest = Math.max(...sizes.filter((one) => typeof one === 'number'))
  return Number.isFinite(largest) ? largest : null
}
