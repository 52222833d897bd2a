import { z } from 'zod'
import { attack } from './attacks.ts'
import { canonicalJson } from './canonical.ts'
import { KernelscopeError } from './errors.ts'
import { pixelTransform, type PixelTransform } from './transforms/index.ts'

/**
 * How an image is changed before a model answers: by a transform of its pixels alone, which image workers can apply, or
 * by an attack, which needs the model. Its canonical text is a stored condition.
 */
export const transform = z.union([pixelTransform, attack])

export type Transform = z.infer<typeof transform>

/**
 * Narrows a transform to one that image workers can apply.
 *
 * @throws UNSUPPORTED for an attack
 */
export function asPixelTransform(value: Transform): PixelTransform {
  if (value.op !== 'attack') return value
  throw new KernelscopeError('UNSUPPORTED', 'an attack cannot be made without the gradient of a model')
}

/** The text that identifies a stored condition. */
export const canonicalTransform = (value: Transform): string => canonicalJson(transform.parse(value))

/**
 * Reads a transform from its canonical text.
 *
 * @throws USAGE where the text is not a transform
 */
export function parseTransform(text: string): Transform {
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    // The error below covers this text too.
  }
  const parsed = transform.safeParse(value)
  if (parsed.success) return parsed.data
  throw new KernelscopeError('USAGE', `invalid transform: ${text.slice(0, 200)}`)
}
