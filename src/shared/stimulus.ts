import { z } from 'zod'
import { attack } from './attacks.ts'
import { canonicalJson } from './canonical.ts'
import { KernelscopeError } from './errors.ts'
import { transform, type Transform } from './transforms/index.ts'

/**
 * What an image goes through before a model answers: a transform of its pixels, which image workers can make, or an
 * attack, which needs the model. Its canonical text is a stored condition.
 */
export const stimulus = z.union([transform, attack])

export type Stimulus = z.infer<typeof stimulus>

/** The transform of a stimulus that image workers can make; throws UNSUPPORTED for an attack. */
export function pixelTransform(value: Stimulus): Transform {
  if (value.op !== 'attack') return value
  throw new KernelscopeError('UNSUPPORTED', 'an attack cannot be made without the gradient of a model')
}

export const canonicalStimulus = (value: Stimulus): string => canonicalJson(stimulus.parse(value))

/** A stimulus from its text; throws USAGE for what is none. */
export function parseStimulus(text: string): Stimulus {
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    // Told below, as any other text that is none.
  }
  const parsed = stimulus.safeParse(value)
  if (parsed.success) return parsed.data
  throw new KernelscopeError('USAGE', `invalid transform: ${text.slice(0, 200)}`)
}
