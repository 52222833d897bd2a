import type { Generator } from '#shared/random.ts'
import type { Corruption } from '#shared/transforms/corruption.ts'
import type { Picture } from '../../picture.ts'

/** Published parameters, one entry per severity 1..5. */
export type Severities<T> = readonly [T, T, T, T, T]

/** Changes a picture, drawing from `random` only. Pixels in are never written to. */
export type Corrupt = (
  picture: Picture,
  severity: number,
  random: Generator,
  options: Pick<Corruption, 'variant'>,
) => Picture

/** The entry of a severity. */
export function at<T>(table: Severities<T>, severity: number): T {
  const entry = table[severity - 1]
  if (entry === undefined) throw new RangeError(`invalid severity: ${severity}`)
  return entry
}
