import type { Inspection } from './contract/models.ts'

/** The precision of a model's file, and what follows from it, in words; null where it is float32, or not known. */
export function precisionText({
  precision,
  scaledByCall,
}: Pick<Inspection, 'precision' | 'scaledByCall'>): string | null {
  if (precision === 'float16')
    return 'float16, run as it is; gradients, features and changed graphs are of a float32 copy'
  if (precision !== 'int8') return null
  return scaledByCall
    ? 'int8, image by image, because its quantisers take their scale from all images of a call'
    : 'int8; a quantiser has no gradient'
}
