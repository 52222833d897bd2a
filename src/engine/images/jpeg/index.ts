import type { Picture } from '../picture.ts'
import { forward, inverse } from './cosines.ts'
import { pixelsOf } from './pixels.ts'
import { planesOf, type SamplePlane } from './planes.ts'
import { stepSizes } from './tables.ts'

/**
 * Passes a picture through baseline JPEG (4:2:0, the standard's tables). Gives to the bit the pixels that libjpeg writes
 * and reads back. The entropy coding is left out, because it is lossless.
 *
 * @param quality 1 to 100, as libjpeg scales its tables
 */
export function throughJpeg(picture: Picture, quality: number): Picture {
  const planes = planesOf(picture)
  const { luminance, chrominance } = stepSizes(quality)
  quantise(planes.luma, luminance)
  quantise(planes.blue, chrominance)
  quantise(planes.red, chrominance)
  return pixelsOf(planes, picture.height, picture.width)
}

/** Rounds the coefficients of every block of a plane to multiples of their step sizes [64]. */
function quantise({ samples, width, height }: SamplePlane, steps: Int32Array): void {
  const block = new Int32Array(64)
  const perStep = Float64Array.from(steps, (step) => 1 / (8 * step))
  for (let top = 0; top < height; top += 8)
    for (let left = 0; left < width; left += 8) {
      const start = top * width + left
      for (let y = 0, i = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) block[i++] = samples[start + y * width + x]! - 128
      forward(block)
      for (let i = 0; i < 64; i++) block[i] = nearest(block[i]!, steps[i]!, perStep[i]!)
      inverse(block)
      for (let y = 0, i = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) samples[start + y * width + x] = block[i++]! + 128
    }
}

/**
 * The multiple of a step nearest to an eighth of the coefficient; a half is rounded away from zero. `perStep` is
 * 1 / (8 step), rounded. The added 0.5 keeps its rounding error from moving the product past a whole number.
 */
function nearest(coefficient: number, step: number, perStep: number): number {
  const count = ((Math.abs(coefficient) + 4 * step + 0.5) * perStep) | 0
  return coefficient < 0 ? -count * step : count * step
}
