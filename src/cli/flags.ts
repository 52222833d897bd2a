import { KernelscopeError } from '#shared/errors.ts'

/** Parses a number of an option, or says which option is wrong. */
export function numberOf(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isFinite(value)) return value
    throw new KernelscopeError('USAGE', `invalid ${flag}: ${text} is not a number`)
  }
}

/** Parses a whole number from `min` of an option, or says which option is wrong. */
export function integerOf(flag: string, min: number): (text: string) => number {
  return (text) => {
    const value = numberOf(flag)(text)
    if (Number.isInteger(value) && value >= min) return value
    throw new KernelscopeError('USAGE', `invalid ${flag}: ${text} is not a whole number from ${min}`)
  }
}

/** Splits a list at its commas, without empty parts. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: string[] = []): string[] {
  return [...before, text]
}
