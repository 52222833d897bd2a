import type { Field } from './fields.ts'
import { numberText } from './numbers.ts'

/** What may be written for a parameter: "whole numbers from 0 to 100", "black or mean", "a model, or none". */
export function describeType(field: Field): string {
  return `${typeOf(field)}${field.nullable ? ', or none' : ''}`
}

/** A value as it is written on the command line: "0,50", "8/255", "yes", "none". */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(valueText).join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function typeOf(field: Field): string {
  switch (field.kind) {
    case 'number':
      return `${field.integer ? 'a whole number' : 'a number'}${rangeOf(field)}`
    case 'numbers':
      return `${field.integer ? 'whole numbers' : 'numbers'}${rangeOf(field)}${field.integer ? '' : ', or fractions as 8/255'}`
    case 'enum':
      return listed(field.options)
    case 'choices':
      return `some of ${listed(field.options)}`
    case 'boolean':
      return 'yes or no'
    case 'model':
    case 'dataset':
    case 'folder':
      return `a ${field.kind}`
    case 'text':
      return 'text'
    case 'pipeline':
      return 'a file of JSON, or JSON'
    case 'json':
      return 'JSON'
  }
}

function listed(options: readonly { value: string | number }[]): string {
  const values = options.map(({ value }) => String(value))
  const last = values.pop() ?? ''
  return values.length > 0 ? `${values.join(', ')} or ${last}` : last
}

function rangeOf({ min, max }: { min: number | null; max: number | null }): string {
  // A bound that is left out itself is stored as the next number beside it.
  const above = min !== null && min > 0 && min <= Number.EPSILON
  const from = min === null ? '' : above ? ' above 0' : ` from ${min}`
  if (max === null) return from
  return from === '' ? ` up to ${max}` : above ? `${from}, ${max} at most` : `${from} to ${max}`
}
