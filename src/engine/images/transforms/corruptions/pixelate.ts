import { resize } from '../../resample.ts'
import { at, type Corrupt, type Severities } from './types.ts'

export const factors: Severities<number> = [0.6, 0.5, 0.4, 0.3, 0.25]

/** Shrunk and enlarged again, both with Pillow's box filter. */
export const pixelate: Corrupt = (picture, severity) => {
  const factor = at(factors, severity)
  const { height, width } = picture
  const small = resize(
    picture,
    Math.max(1, Math.trunc(height * factor)),
    Math.max(1, Math.trunc(width * factor)),
    'box',
  )
  return resize(small, height, width, 'box')
}
