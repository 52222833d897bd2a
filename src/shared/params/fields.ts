import { z } from 'zod'

/**
 * When a parameter has an effect: where one of the alternatives holds. An alternative names other parameters, each with
 * the values of which it must have (or, a list, contain) one; an empty list of values: it must be empty or left out.
 */
const effect = z.array(z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))))

export type Effect = z.infer<typeof effect>

/**
 * Which space the sizes of a change of the input are in: "unit", the image in [0,1] before normalisation, or
 * "normalised", the input after it.
 */
export type Space = 'unit' | 'normalised'

export interface Option {
  value: string | number
  label: string
}

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
  /** null: it always has an effect. */
  effect: Effect | null
  space: Space | null
  /**
   * The input side in pixels that a length is meant for: presets scale it to a model's input, to a length that divides it.
   */
  scaledFrom: number | null
}

export type Field = FieldBase &
  (
    | { kind: 'number'; integer: boolean; min: number | null; max: number | null; step: number | null }
    | { kind: 'enum'; options: Option[] }
    | { kind: 'boolean' }
    | { kind: 'choices'; options: Option[]; minItems: number }
    /** Id of a model or a dataset of the workspace. */
    | { kind: 'model' | 'dataset' }
    | { kind: 'folder' }
    /** Transforms one after another. */
    | { kind: 'pipeline' }
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

/**
 * The parameters of a JSON schema (draft 2020-12 as zod writes it), as a form and the command line need them. Unknown
 * shapes become fields of JSON text. `meta` of a parameter may have `title`, `description`, `unit`, `format`, `words` (of
 * its options by value), `effect` and `space`.
 */
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
      effect: effect.safeParse(own.effect ?? inner.effect).data ?? null,
      space: z.enum(['unit', 'normalised']).safeParse(own.space ?? inner.space).data ?? null,
      scaledFrom: numberOf(own.scaledFrom),
    }
    return fieldOf(base, { format: own.format, words: own.words, ...inner })
  })
}

/** The initial values of a form: the defaults of the schema, replaced by those in `given`. */
export function initialParams(fields: readonly Field[], given: Params = {}): Params {
  const params: Params = {}
  for (const { key, default: value } of fields) if (value !== undefined) params[key] = structuredClone(value)
  return { ...params, ...given }
}

function fieldOf(base: FieldBase, schema: Schema): Field {
  const words = objectOf(schema.words)
  const options = optionsOf(schema, words)
  if (options) return { ...base, kind: 'enum', options }
  const bounds = { min: boundOf(schema, 'minimum'), max: boundOf(schema, 'maximum') }
  const { format } = schema
  if (format === 'model' || format === 'dataset' || format === 'folder' || format === 'pipeline')
    return { ...base, kind: format }
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
      const choices = optionsOf(items, words)
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

function optionsOf(schema: Schema, words: Schema): Option[] | null {
  const isOption = (v: unknown): v is string | number => typeof v === 'string' || typeof v === 'number'
  if (Array.isArray(schema.enum)) {
    return schema.enum
      .filter(isOption)
      .map((value) => ({ value, label: textOf(words[String(value)]) ?? sentence(String(value)) }))
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
    isOption(v.const) ? [{ value: v.const, label: textOf(v.title) ?? sentence(String(v.const)) }] : [],
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

const objectOf = (value: unknown): Schema => (typeof value === 'object' && value !== null ? { ...value } : {})
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** "perClassMean" → "Per class mean"; "gaussian_noise" → "Gaussian noise" */
function sentence(key: string): string {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
