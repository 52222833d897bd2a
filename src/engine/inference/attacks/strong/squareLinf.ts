import type { Attacked, Sides } from './attacked.ts'
import { project } from '../balls.ts'

const channels = 3

/** Vertical stripes of +-epsilon, for each channel its own. Draws a number for each channel and column. */
export function firstStripes({ x0, epsilon, random }: Attacked, { height, width }: Sides): Float32Array {
  const signs = Float32Array.from({ length: channels * width }, () => (random.uniform() < 0.5 ? -1 : 1))
  const x = x0.slice()
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++) {
        const i = (row * width + column) * channels + channel
        x[i] = (x[i] ?? 0) + epsilon * (signs[channel * width + column] ?? 0)
      }
  project(x, x0, epsilon, 'linf')
  return x
}

/**
 * A square at a random place, moved by +-2 epsilon in each channel and cut to the ball. Draws row, column and a number for each
 * channel.
 */
export function nextSquare(
  { x, x0, epsilon, random }: Attacked & { x: Float32Array },
  side: number,
  { height, width }: Sides,
): Float32Array {
  const own = Math.min(side, height, width)
  const top = Math.floor(random.uniform() * (height - own + 1))
  const left = Math.floor(random.uniform() * (width - own + 1))
  const signs = Array.from({ length: channels }, () => (random.uniform() < 0.5 ? -1 : 1))
  const tried = x.slice()
  for (let row = top; row < top + own; row++)
    for (let column = left; column < left + own; column++)
      for (const [channel, sign] of signs.entries()) {
        const i = (row * width + column) * channels + channel
        tried[i] = (tried[i] ?? 0) + 2 * epsilon * sign
      }
  project(tried, x0, epsilon, 'linf')
  return tried
}
