import { pipelineFile } from '../transforms/index.ts'
import type { Field, Params } from './fields.ts'

/** Problems by field key. It is empty where the engine will accept the values, as far as the schema can tell. */
export function problemsOf(fields: readonly Field[], params: Params): Record<string, string> {
  const problems: Record<string, string> = {}
  for (const field of fields) {
    const problem = problemOf(field, params[field.key])
    if (problem) problems[field.key] = problem
  }
  return problems
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
    case 'pipeline':
      return pipelineFile.safeParse(value).error?.issues[0]?.message ?? null
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
