import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { didYouMean } from '#shared/near.ts'
import { describeType } from '#shared/params/describe.ts'
import type { Field } from '#shared/params/fields.ts'
import { parseNumber, parseNumbers } from '#shared/params/numbers.ts'

/**
 * Reads parameters from texts `name=value`. Commas separate the entries of a list ("0,10,20"), numbers may be fractions
 * ("8/255"); `null` is written as null or none; any list may be written as JSON. Only the form is checked here; the
 * engine checks ranges.
 *
 * @throws USAGE where a text is not name=value, STUDY_PARAMS where a parameter is unknown or has another form
 */
export function parseParams(texts: readonly string[], fields: readonly Field[]): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new KernelscopeError('USAGE', `invalid parameter: ${text} is not name=value`)
    const name = text.slice(0, at).trim()
    const field = fields.find(({ key }) => key === name)
    if (!field) {
      const names = fields.map(({ key }) => key)
      throw new KernelscopeError('STUDY_PARAMS', `unknown parameter: ${name}`, {
        hint: didYouMean(name, names) || `There are ${names.join(', ')}.`,
      })
    }
    const given = text.slice(at + 1).trim()
    const value = parseValue(given, field)
    if (value === undefined)
      throw new KernelscopeError('STUDY_PARAMS', `invalid ${name}: ${text.slice(at + 1)}`, {
        hint: [`It is ${describeType(field)}.`, meant(given, field)].filter(Boolean).join(' '),
      })
    params[name] = value
  }
  return params
}

/**
 * Turns options of a study's own parameters, `--percents 0,50` or `--percents=0,50`, into texts `name=value`.
 *
 * @param others the options that the command has besides, to suggest them
 * @throws USAGE where an option is unknown or has no value
 */
export function optionsAsParams(
  rest: readonly string[],
  fields: readonly Field[],
  others: readonly string[] = [],
): string[] {
  const names = new Map(fields.map(({ key }) => [flagOf(key), key]))
  const texts: string[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const [flag = '', ...inline] = word.split('=')
    const name = names.get(flag)
    if (name === undefined) throw unknownOption(word, flag, [...names.keys(), ...others])
    const value = inline.length > 0 ? inline.join('=') : rest[++at]
    if (value === undefined) throw new KernelscopeError('USAGE', `${flag} needs a value`)
    texts.push(`${name}=${value}`)
  }
  return texts
}

function unknownOption(word: string, flag: string, known: readonly string[]): KernelscopeError {
  if (!word.startsWith('-')) return new KernelscopeError('USAGE', `unknown argument: ${word}`)
  const hint = didYouMean(flag, known)
  return new KernelscopeError('USAGE', `unknown option: ${word}`, hint === '' ? {} : { hint })
}

/** "maxBatch" → "--max-batch" */
export const flagOf = (key: string): string =>
  `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

function meant(given: string, field: Field): string {
  if (field.kind !== 'enum' && field.kind !== 'choices') return ''
  const words = field.options.map(({ value }) => String(value))
  const wrong = given.split(',').find((part) => !words.includes(part.trim())) ?? given
  return didYouMean(wrong, words)
}

function parseValue(text: string, field: Field): unknown {
  if (field.nullable && (text === 'null' || text === 'none')) return null
  switch (field.kind) {
    case 'number':
      return numberOf(text, field.integer)
    case 'numbers':
      return listOf(text, (inner) => checked(parseNumbers(inner) ?? undefined, field.integer))
    case 'enum':
      return optionOf(text, field.options)
    case 'choices':
      return listOf(text, (inner) => optionsOf(inner, field.options))
    case 'boolean':
      return { true: true, yes: true, on: true, false: false, no: false, off: false }[text]
    case 'model':
    case 'dataset':
      return numberOf(text, true)
    case 'folder':
    case 'text':
      return text
    case 'pipeline':
      return parseJson(text)
    case 'json':
      return parseJson(text) ?? text
  }
}

const numberOf = (text: string, integer: boolean) =>
  integer ? (/^[+-]?\d+$/.test(text) ? Number(text) : undefined) : parseNumber(text)

const checked = (numbers: number[] | undefined, integer: boolean) =>
  integer && !numbers?.every(Number.isInteger) ? undefined : numbers

const optionOf = (text: string, options: readonly { value: string | number }[]) =>
  options.find(({ value }) => String(value) === text)?.value

function optionsOf(text: string, options: readonly { value: string | number }[]): unknown[] | undefined {
  const values = text === '' ? [] : text.split(',').map((part) => optionOf(part.trim(), options))
  return values.includes(undefined) ? undefined : values
}

function listOf(text: string, read: (text: string) => unknown[] | undefined): unknown[] | undefined {
  return text.startsWith('[') ? z.array(z.unknown()).safeParse(parseJson(text)).data : read(text)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
