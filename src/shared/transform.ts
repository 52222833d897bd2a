import { z } from 'zod'
import { attack } from './attacks.ts'
import { canonicalJson } from './canonical.ts'
import { KernelscopeError } from './errors.ts'
import { pixelTransform, type PixelTransform } from './transforms/index.ts'

/**
 * What an image goes through before a model answers: a transform of its pixels alone, which image workers can make, or
 * an attack, which needs the model. Its canonical text is a stored condition.
 */
export const transform = z.union([pixelTransform, attack])

export type Transform = z.infer<typeof transform>

/**
 * A transform that image workers can make.
 *
 * @throws UNSUPPORTED for an attack
 */
export function asPixelTransform(value: Transform): PixelTransform {
  if (value.op !== 'attack') return value
  throw new KernelscopeError('UNSUPPORTED', 'an attack cannot be made without the gradient of a model')
}

export const canonicalTransform = (value: Transform): string => canonicalJson(transform.parse(value))

/**
 * A transform from its canonical text.
 *
 * @throws USAGE for what is none
 */
export function parseTransform(text: string): Transform {
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    // Told below, as any other text that is none.
  }
  const parsed = transform.safeParse(value)
  if (parsed.success) return parsed.data
  throw new KernelscopeError('USAGE', `invalid transform: ${text.slice(0, 200)}`)
}
