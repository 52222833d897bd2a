import type { Generator } from '#shared/random.ts'
import type { Corruption } from '#shared/transforms/corruption.ts'
import type { Picture } from '../../picture.ts'

/** Parameters, one entry per severity 1..5. */
export type Severities<T> = readonly [T, T, T, T, T]

/** Changes a picture, drawing from `random` only. Pixels in are never written to. */
export type Corrupt = (
  picture: Picture,
  severity: number,
  random: Generator,
  options: Pick<Corruption, 'variant'>,
) => Picture

/** A parameter of a corruption by its name, with its value at severities 1 to 5; lengths in pixels at 224. */
export interface Parameter {
  title: string
  values: string[]
}

/** A corruption: a file beside this one, a line in `all.ts` and its name in `shared/transforms/corruptionNames.ts`. */
export interface CorruptionDefinition {
  /** Whether its pixels do not depend on the seed. */
  deterministic: boolean
  /** What it does at each severity, from the tables it is made with. */
  parameters: Parameter[]
  apply: Corrupt
}

/** The entry of a severity. */
export function at<T>(table: Severities<T>, severity: number): T {
  const entry = table[severity - 1]
  if (entry === undefined) throw new RangeError(`invalid severity: ${severity}`)
  return entry
}

/** A parameter read from a table; numbers are written to four digits. */
export function parameter(title: string, table: Severities<number>): Parameter
export function parameter<T>(
  title: string,
  table: Severities<T>,
  read: (entry: T) => string | number,
): Parameter
export function parameter<T>(
  title: string,
  table: Severities<T>,
  read: (entry: T) => string | number = Number,
): Parameter {
  return {
    title,
    values: table.map((entry) => {
      const value = read(entry)
      return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value
    }),
  }
}
