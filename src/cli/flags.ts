import { KernelscopeError } from '#shared/errors.ts'

/**
 * Returns a parser for a number of an option.
 * @throws USAGE where the text is not a number
 */
export function numberOf(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value)) return value
    throw new KernelscopeError('USAGE', `invalid ${flag}: ${text} is not a number`)
  }
}

/**
 * Returns a parser for a whole number of at least `min`.
 * @throws USAGE where the text is not such a number
 */
export function integerOf(flag: string, min: number): (text: string) => number {
  return (text) => {
    const value = numberOf(flag)(text)
    if (Number.isInteger(value) && value >= min) return value
    throw new KernelscopeError('USAGE', `invalid ${flag}: ${text} is not a whole number from ${min}`)
  }
}

/** Splits a list at its commas and drops empty parts. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Collects the values of an option that may be given several times. */
export function collect(text: string, before: string[] = []): string[] {
  return [...before, text]
}
