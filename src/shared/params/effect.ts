import type { Effect, Field, Params } from './fields.ts'

/**
 * Why a parameter has no effect beside the values of the others: the alternatives that would give it one, in words, e.g.
 * "attack pgd or mifgsm". null where it has an effect.
 *
 * @param named how a parameter and a value of it are written, e.g. as options of the command line
 */
export function withoutEffect(
  { effect }: Field,
  fields: readonly Field[],
  params: Params,
  named: Naming = asTitles(fields),
): string | null {
  if (!effect) return null
  // Parameters that are not given have their defaults.
  const valueOf = (key: string) => params[key] ?? fields.find((field) => field.key === key)?.default ?? null
  if (effect.some((one) => Object.entries(one).every(([key, values]) => holds(valueOf(key), values))))
    return null
  return effectText(effect, named)
}

/** The alternatives in words: "attack pgd and random start on, or baselines on". */
export const effectText = (effect: Effect, named: Naming): string =>
  effect.map((one) => alternative(one, named)).join(', or ')

export interface Naming {
  param(key: string): string
  value(key: string, value: string | number | boolean): string
}

/** As a form names them: by title and label. */
const asTitles = (fields: readonly Field[]): Naming => ({
  param: (key) => fields.find((field) => field.key === key)?.title ?? key,
  value: (key, value) => {
    const field = fields.find((one) => one.key === key)
    const options = field && 'options' in field ? field.options : []
    const word = options.find((option) => option.value === value)?.label ?? String(value)
    return typeof value === 'boolean' ? (value ? 'on' : 'off') : `“${word}”`
  },
})

const alternative = (one: Effect[number], named: Naming): string =>
  Object.entries(one)
    .map(([key, values]) =>
      values.length === 0
        ? `${named.param(key)} left empty`
        : `${named.param(key)} ${values.map((value) => named.value(key, value)).join(' or ')}`,
    )
    .join(' and ')

function holds(value: unknown, values: Effect[number][string]): boolean {
  const list: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value]
  return values.length === 0 ? list.length === 0 : values.some((one) => list.includes(one))
}
