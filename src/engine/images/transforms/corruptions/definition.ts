import type { Generator } from '#shared/random.ts'
import type { Corruption } from '#shared/transforms/corruption.ts'
import type { Picture } from '../../picture.ts'

/** One entry for each severity 1 to 5. */
export type Severities<T> = readonly [T, T, T, T, T]

/** Corrupts a picture with random numbers of `random` only. It never writes to the given pixels. */
export type Corrupt = (
  picture: Picture,
  severity: number,
  random: Generator,
  options: Pick<Corruption, 'variant' | 'ice'> & {
    /** The pictures that `ice` names, in their order. */
    pictures?: readonly Picture[] | undefined
  },
) => Picture

/** Name of a corruption's parameter, and its values at severities 1 to 5. Lengths are in pixels for images of side 224. */
export interface Parameter {
  title: string
  values: string[]
}

/**
 * A corruption. To add one: write a file next to this one, a line in `all.ts`, and its name in
 * `shared/transforms/corruptionNames.ts`.
 */
export interface CorruptionDefinition {
  /** Whether the result does not depend on the seed. */
  deterministic: boolean
  /** Its parameters, from the tables that it uses. */
  parameters: Parameter[]
  apply: Corrupt
}

/** The entry of a severity 1 to 5. */
export function at<T>(table: Severities<T>, severity: number): T {
  const entry = table[severity - 1]
  if (entry === undefined) throw new RangeError(`invalid severity: ${severity}`)
  return entry
}

/** A parameter with values from a table; numbers have four significant digits. */
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
