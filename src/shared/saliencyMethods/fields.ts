import { z } from 'zod'
import type { SaliencyDefinition } from './definition.ts'

/** How a parameter of a method is offered, on screen and on the command line. */
export interface SaliencyField {
  key: string
  title: string
  description?: string | undefined
  flag: string
  value:
    | { kind: 'number'; whole: boolean; min: number; max: number; step?: number | undefined; initial: number }
    | { kind: 'choice'; options: [Choice, ...Choice[]]; initial: string }
}

interface Choice {
  value: string
  label: string
  hint?: string
}

const offered = z.object({
  title: z.string(),
  description: z.string().optional(),
  flag: z.string(),
  step: z.number().optional(),
  choices: z
    .record(z.string(), z.object({ label: z.string(), hint: z.string().exactOptional() }))
    .default({}),
})

/** Upper limit for a whole number without one, such as a seed. */
const largest = 2 ** 31

/** The parameters of a method, in their order. The default of a choice comes first. */
export function fieldsOf({ params }: Pick<SaliencyDefinition, 'params'>): SaliencyField[] {
  return Object.entries(params).flatMap(([key, member]): SaliencyField[] => {
    if (!(member instanceof z.ZodDefault)) return []
    const { title, description, flag, step, choices } = offered.parse(member.meta())
    const shared = { key, title, description, flag }
    const inner = member.unwrap()
    const initial: unknown = member.def.defaultValue
    if (inner instanceof z.ZodNumber && typeof initial === 'number') {
      const whole = inner.format === 'safeint'
      const { minValue, maxValue } = inner
      const [min, max] = [minValue ?? 0, Math.min(maxValue ?? largest, largest)]
      return [{ ...shared, value: { kind: 'number', whole, min, max, step, initial } }]
    }
    if (inner instanceof z.ZodEnum && typeof initial === 'string') {
      const choice = (value: string): Choice => ({ value, label: value, ...choices[value] })
      const others = inner.options.map(String).filter((value) => value !== initial)
      return [
        { ...shared, value: { kind: 'choice', options: [choice(initial), ...others.map(choice)], initial } },
      ]
    }
    return []
  })
}
