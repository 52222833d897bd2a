/**
 * The fields of a form, from a JSON schema (draft 2020-12 as zod writes it). Unknown shapes become JSON text fields.
 */
interface FieldBase {
  key: string
  title: string
  description: string
  /** Written after the field, e.g. "px". */
  unit: string
  default: unknown
  required: boolean
  /** Whether null is allowed. */
  nullable: boolean
}

export type Field = FieldBase &
  (
    | { kind: 'number'; integer: boolean; min: number | null; max: number | null; step: number | null }
    | { kind: 'enum'; options: { value: string | number; label: string }[] }
    | { kind: 'boolean' }
    | { kind: 'choices'; options: { value: string | number; label: string }[]; minItems: number }
    /** Id of a model or a dataset of the workspace. */
    | { kind: 'model' | 'dataset' }
    | { kind: 'folder' }
    | { kind: 'text'; pattern: string | null }
    | {
        kind: 'numbers'
        integer: boolean
        min: number | null
        max: number | null
        minItems: number
        maxItems: number | null
      }
    | { kind: 'json' }
  )

type Schema = Record<string, unknown>
export type Params = Record<string, unknown>

/** The bounds that zod writes for plain integers. They are not shown. */
const unbounded = Number.MAX_SAFE_INTEGER

export function fieldsOf(schema: Schema): Field[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  const entries = Object.entries(objectOf(schema.properties))
  // The engine fills in these values.
  const asked = entries.filter(([, raw]) => objectOf(raw).format !== 'settled')
  return asked.map(([key, raw]) => {
    const { inner, nullable } = withoutNull(objectOf(raw))
    const own = objectOf(raw)
    const base: FieldBase = {
      key,
      title: textOf(own.title ?? inner.title) ?? sentence(key),
      description: textOf(own.description ?? inner.description) ?? '',
      unit: textOf(own.unit ?? inner.unit) ?? '',
      default: own.default ?? inner.default ?? (nullable ? null : undefined),
      required: required.includes(key),
      nullable,
    }
    return fieldOf(base, { format: own.format, ...inner })
  })
}

/** The initial values of a form: the defaults of the schema, replaced by those in `given`. */
export function initialParams(fields: readonly Field[], given: Params = {}): Params {
  const params: Params = {}
  for (const { key, default: value } of fields) if (value !== undefined) params[key] = structuredClone(value)
  return { ...params, ...given }
}

/** Problems by field key. It is empty where the engine will accept the values, as far as the schema can tell. */
export function problemsOf(fields: readonly Field[], params: Params): Record<string, string> {
  const problems: Record<string, string> = {}
  for (const field of fields) {
    const problem = problemOf(field, params[field.key])
    if (problem) problems[field.key] = problem
  }
  return problems
}

/** "0, 0.1 0.2" → [0, 0.1, 0.2]; "0..0.9/0.1" counts from 0 to 0.9 by 0.1. null where a part is not a number. */
export function parseNumbers(text: string): number[] | null {
  const numbers: number[] = []
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const range = /^(-?[\d.]+)\.\.(-?[\d.]+)\/([\d.]+)$/.exec(part)
    if (range) {
      const [from, to, step] = [Number(range[1]), Number(range[2]), Number(range[3])]
      if (![from, to, step].every(Number.isFinite) || step <= 0 || (to - from) / step > 1000) return null
      const count = Math.floor((to - from) / step + 1e-9)
      for (let i = 0; i <= count; i++) numbers.push(Number((from + i * step).toPrecision(12)))
    } else {
      const value = Number(part)
      if (!Number.isFinite(value)) return null
      numbers.push(value)
    }
  }
  return numbers
}

function fieldOf(base: FieldBase, schema: Schema): Field {
  const options = optionsOf(schema)
  if (options) return { ...base, kind: 'enum', options }
  const bounds = { min: boundOf(schema, 'minimum'), max: boundOf(schema, 'maximum') }
  const { format } = schema
  if (format === 'model' || format === 'dataset' || format === 'folder') return { ...base, kind: format }
  switch (schema.type) {
    case 'integer':
      return { ...base, kind: 'number', integer: true, ...bounds, step: numberOf(schema.multipleOf) ?? 1 }
    case 'number':
      return { ...base, kind: 'number', integer: false, ...bounds, step: numberOf(schema.multipleOf) }
    case 'boolean':
      return { ...base, kind: 'boolean' }
    case 'string':
      return { ...base, kind: 'text', pattern: textOf(schema.pattern) ?? null }
    case 'array': {
      const items = objectOf(schema.items)
      const choices = optionsOf(items)
      if (choices)
        return { ...base, kind: 'choices', options: choices, minItems: numberOf(schema.minItems) ?? 0 }
      if (items.type !== 'number' && items.type !== 'integer') break
      return {
        ...base,
        kind: 'numbers',
        integer: items.type === 'integer',
        min: boundOf(items, 'minimum'),
        max: boundOf(items, 'maximum'),
        minItems: numberOf(schema.minItems) ?? 0,
        maxItems: numberOf(schema.maxItems),
      }
    }
  }
  return { ...base, kind: 'json' }
}

function problemOf(field: Field, value: unknown): string | null {
  if (value === undefined || value === null || value === '') {
    return field.nullable || (!field.required && field.default === undefined) ? null : 'A value is needed.'
  }
  switch (field.kind) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'Write a number.'
      return rangeProblem(value, field)
    case 'enum':
      return field.options.some((o) => o.value === value) ? null : 'Choose one of the options.'
    case 'choices':
      if (!Array.isArray(value) || !value.every((v) => field.options.some((o) => o.value === v)))
        return 'Choose from the options.'
      return value.length < field.minItems ? `Choose at least ${field.minItems}.` : null
    case 'model':
    case 'dataset':
      return typeof value === 'number' ? null : `Choose a ${field.kind}.`
    case 'folder':
      return typeof value === 'string' ? null : 'Choose a folder.'
    case 'boolean':
      return typeof value === 'boolean' ? null : 'Choose yes or no.'
    case 'text':
      if (typeof value !== 'string') return 'Write text.'
      return field.pattern && !new RegExp(field.pattern, 'u').test(value)
        ? 'This has not the expected form.'
        : null
    case 'numbers':
      return numbersProblem(value, field)
    case 'json':
      return null
  }
}

function numbersProblem(value: unknown, field: Extract<Field, { kind: 'numbers' }>): string | null {
  if (!Array.isArray(value)) return 'Write numbers with commas between them.'
  if (value.length < field.minItems)
    return `At least ${field.minItems} ${field.minItems === 1 ? 'number is' : 'numbers are'} needed.`
  if (field.maxItems !== null && value.length > field.maxItems) return `At most ${field.maxItems} numbers.`
  for (const item of value) {
    const problem = typeof item === 'number' ? rangeProblem(item, field) : 'Write numbers only.'
    if (problem) return `${String(item)}: ${problem}`
  }
  return null
}

function rangeProblem(
  value: number,
  { integer, min, max }: { integer: boolean; min: number | null; max: number | null },
) {
  if (integer && !Number.isInteger(value)) return 'Write a whole number.'
  if (min !== null && value < min) return `Not below ${min}.`
  if (max !== null && value > max) return `Not above ${max}.`
  return null
}

function withoutNull(schema: Schema): { inner: Schema; nullable: boolean } {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null')
    const inner = types.length === 1 ? { ...schema, type: types[0] } : schema
    return { inner, nullable: types.length < schema.type.length }
  }
  const variants = Array.isArray(schema.anyOf) ? schema.anyOf.map(objectOf) : null
  if (!variants) return { inner: schema, nullable: false }
  const others = variants.filter((v) => v.type !== 'null')
  const nullable = others.length < variants.length
  const [only] = others
  return only && others.length === 1 ? { inner: only, nullable } : { inner: schema, nullable }
}

function optionsOf(schema: Schema): { value: string | number; label: string }[] | null {
  const isOption = (v: unknown): v is string | number => typeof v === 'string' || typeof v === 'number'
  if (Array.isArray(schema.enum)) {
    return schema.enum.filter(isOption).map((value) => ({ value, label: labelOf(value) }))
  }
  const variants = Array.isArray(schema.oneOf)
    ? schema.oneOf
    : Array.isArray(schema.anyOf)
      ? schema.anyOf
      : null
  if (!variants?.length) return null
  const consts = variants.map(objectOf)
  if (!consts.every((v) => isOption(v.const))) return null
  return consts.flatMap((v) =>
    isOption(v.const) ? [{ value: v.const, label: textOf(v.title) ?? labelOf(v.const) }] : [],
  )
}

function boundOf(schema: Schema, name: 'minimum' | 'maximum'): number | null {
  const exclusive = numberOf(schema[name === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'])
  const inclusive = numberOf(schema[name])
  if (inclusive !== null) return Math.abs(inclusive) === unbounded ? null : inclusive
  if (exclusive === null) return null
  const step = schema.type === 'integer' ? 1 : Number.EPSILON
  return name === 'minimum' ? exclusive + step : exclusive - step
}

/** An option without a title is called as on the command line. */
const labelOf = (value: string | number) => String(value)
const objectOf = (value: unknown): Schema => (typeof value === 'object' && value !== null ? { ...value } : {})
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** "perClassMean" → "Per class mean" */
function sentence(key: string): string {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
