import type { SaliencyTarget } from '#shared/contract/index.ts'
import {
  fieldsOf,
  saliencyDefinitionOf,
  saliencyMethod,
  type SaliencyField,
  type SaliencyMethod,
  type SaliencyMethodName,
} from '#shared/saliencyMethods/index.ts'

/** Parameters of saliency methods by name, as texts of the address. */
export type SaliencyTexts = Readonly<Record<string, string>>

const within = (text: string, fallback: number, min: number, max: number): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? Math.max(min, Math.min(max, value)) : fallback
}

function valueOf({ value }: SaliencyField, text: string): number | string {
  if (value.kind === 'choice')
    return value.options.find((option) => option.value === text)?.value ?? value.initial
  const number = within(text, value.initial, value.min, value.max)
  return value.whole ? Math.round(number) : number
}

/** The method with its parameters, each kept within the range that the engine accepts. */
export const methodOf = (name: SaliencyMethodName, texts: SaliencyTexts): SaliencyMethod =>
  saliencyMethod.parse({
    method: name,
    ...Object.fromEntries(
      fieldsOf(saliencyDefinitionOf(name)).map((field) => [
        field.key,
        valueOf(field, texts[field.key] ?? ''),
      ]),
    ),
  })

/** Reads "predicted", "true" or a class index; any other text means "predicted". */
export function targetOf(text: string): SaliencyTarget {
  if (text === 'true') return { kind: 'true' }
  return /^\d+$/.test(text) ? { kind: 'class', index: Number(text) } : { kind: 'predicted' }
}
