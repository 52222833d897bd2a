import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'

/** The part of JSON schema that is needed to read a parameter from text. */
const property = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  /**
   * What the value stands for. "model" and "dataset": an id that may be written as title or path; "folder": a path;
   * "settled": a value that the engine fills in.
   */
  format: z.string().optional(),
  get items() {
    return property.optional()
  },
  get anyOf() {
    return z.array(property).optional()
  },
})

export type ParamSchema = z.infer<typeof property>

const schema = z.looseObject({ properties: z.record(z.string(), property).default({}) })

/** Parameters of a study kind by name, in the order of its form. */
export function paramSchemas(params: Record<string, unknown>): Map<string, ParamSchema> {
  const entries = Object.entries(schema.parse(params).properties)
  return new Map(entries.filter(([, { format }]) => format !== 'settled'))
}

/**
 * Reads parameters from texts `name=value`. Commas separate the entries of a list ("0,10,20"); `null` is written as
 * null or none; any value may be written as JSON. Only the form is checked here; the engine checks ranges.
 *
 * @throws USAGE where a text is not name=value, STUDY_PARAMS where a parameter is unknown or has another form
 */
export function parseParams(
  texts: readonly string[],
  schemas: Map<string, ParamSchema>,
): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at < 1) throw new KernelscopeError('USAGE', `invalid parameter: ${text} is not name=value`)
    const name = text.slice(0, at).trim()
    const entry = schemas.get(name)
    if (!entry)
      throw new KernelscopeError('STUDY_PARAMS', `unknown parameter: ${name}`, {
        hint: `There are ${[...schemas.keys()].join(', ')}.`,
      })
    const value = parseValue(text.slice(at + 1).trim(), entry)
    if (value === undefined)
      throw new KernelscopeError('STUDY_PARAMS', `invalid ${name}: ${text.slice(at + 1)}`, {
        hint: `It is ${describeType(entry)}.`,
      })
    params[name] = value
  }
  return params
}

/**
 * Turns options of a study's own parameters, `--percents 0,50` or `--percents=0,50`, into texts `name=value`.
 * @throws USAGE where an option is unknown or has no value
 */
export function optionsAsParams(rest: readonly string[], schemas: Map<string, ParamSchema>): string[] {
  const names = new Map([...schemas.keys()].map((name) => [`--${kebab(name)}`, name]))
  const texts: string[] = []
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const [flag = '', ...inline] = word.split('=')
    const name = names.get(flag)
    if (name === undefined)
      throw new KernelscopeError('USAGE', `unknown ${word.startsWith('-') ? 'option' : 'argument'}: ${word}`)
    const value = inline.length > 0 ? inline.join('=') : rest[++at]
    if (value === undefined) throw new KernelscopeError('USAGE', `${flag} needs a value`)
    texts.push(`${name}=${value}`)
  }
  return texts
}

/** Describes the type of a parameter: "integer", "list of integer", "black, mean". */
export function describeType({
  type,
  enum: choices,
  items,
  anyOf,
  const: only,
  format,
}: ParamSchema): string {
  if (format === 'model' || format === 'dataset' || format === 'folder') return format
  if (choices) return choices.map(String).join(', ')
  if (only !== undefined) return String(only)
  if (anyOf) return anyOf.map(describeType).join(' or ')
  if (type === 'array') return `list of ${items ? describeType(items) : 'values'}`
  return typeof type === 'string' ? type : (type?.join(' or ') ?? 'any value')
}

function parseValue(text: string, entry: ParamSchema): unknown {
  if (entry.anyOf) {
    // Null comes first, because a text would accept the word too.
    for (const option of entry.anyOf.toSorted(
      (a, b) => Number(b.type === 'null') - Number(a.type === 'null'),
    )) {
      const value = parseValue(text, option)
      if (value !== undefined) return value
    }
    return undefined
  }
  if (entry.enum) return entry.enum.find((choice) => String(choice) === text)
  if (entry.const !== undefined) return String(entry.const) === text ? entry.const : undefined
  switch (entry.type) {
    case 'null':
      return text === 'null' || text === 'none' ? null : undefined
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? Number(text) : undefined
    case 'number':
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
    case 'boolean':
      return { true: true, yes: true, on: true, false: false, no: false, off: false }[text]
    case 'string':
      return text
    case 'array':
      return parseList(text, entry.items ?? {})
    default:
      return parseJson(text) ?? text
  }
}

function parseList(text: string, items: ParamSchema): unknown[] | undefined {
  if (text.startsWith('[')) {
    const list = z.array(z.unknown()).safeParse(parseJson(text))
    return list.success ? list.data : undefined
  }
  if (text === '') return []
  const values = text.split(',').map((part) => parseValue(part.trim(), items))
  return values.includes(undefined) ? undefined : values
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
