import type { Generator } from '#shared/random.ts'
import type { Attacked, Sides } from './attacked.ts'
import { onEdge } from '../balls.ts'

const channels = 3

/** A square of an image. */
interface Window {
  top: number
  left: number
  side: number
}

/** Visits the values of a window in one channel; `place` counts them row by row. */
function visit(
  { top, left, side }: Window,
  channel: number,
  width: number,
  at: (index: number, place: number) => void,
): void {
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      at(((top + row) * width + left + column) * channels + channel, row * side + column)
}

/**
 * Sum of rectangles around the middle of rows x columns, the k-th grown by k on each side and weighted 1 / k^2; not scaled
 * (Andriushchenko et al. 2020, section 3.3).
 */
function bump(rows: number, columns: number): Float64Array {
  const found = new Float64Array(rows * columns)
  const [middle, centre] = [Math.floor(rows / 2), Math.floor(columns / 2)]
  for (let k = 0; k < Math.max(middle, centre) + 1; k++)
    for (let row = Math.max(middle - k, 0); row < Math.min(middle + k + 1, rows); row++)
      for (let column = Math.max(centre - k, 0); column < Math.min(centre + k + 1, columns); column++) {
        const i = row * columns + column
        found[i] = (found[i] ?? 0) + 1 / (k + 1) ** 2
      }
  return found
}

const lengthOf = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))

const unit = (values: Float64Array): Float64Array => {
  const length = lengthOf(values)
  return length === 0 ? values : values.map((value) => value / length)
}

/**
 * Two bumps of opposite sign, together of L2 norm 1, [side, side]; over each other or beside each other by
 * a drawn number.
 */
function pattern(side: number, random: Generator): Float64Array {
  const upper = Math.floor(side / 2)
  const found = unit(
    Float64Array.from([...unit(bump(upper, side)), ...unit(bump(side - upper, side)).map((value) => -value)]),
  )
  if (random.uniform() <= 0.5) return found
  return found.map((_, i) => found[(i % side) * side + Math.floor(i / side)] ?? 0)
}

const signOf = (random: Generator) => (random.uniform() < 0.5 ? -1 : 1)

/** Bumps side by side, 5 to the height. Draws for each a number for its direction and one for each channel. */
export function firstSquares({ x0, epsilon, random }: Attacked, { height, width }: Sides): Float32Array {
  const side = Math.max(Math.floor(height / 5), 1)
  const start = Math.max(Math.floor((height - side * 5) / 2), 0)
  const delta = new Float32Array(x0.length)
  for (let top = start; top + side <= height; top += side)
    for (let left = start; left + side <= width; left += side) {
      const own = pattern(side, random)
      for (let channel = 0; channel < channels; channel++) {
        const sign = signOf(random)
        visit({ top, left, side }, channel, width, (i, place) => {
          delta[i] = sign * (own[place] ?? 0)
        })
      }
    }
  return onEdge(x0, delta, epsilon, 'l2')
}

/**
 * The change moved between two squares: in one, a new pattern is added to what is there, scaled to the norm of both squares and to
 * what is left of epsilon; the other becomes 0. Draws both places, the direction and a number for each channel.
 */
export function nextSquares(
  { x, x0, epsilon, random }: Attacked & { x: Float32Array },
  wanted: number,
  { height, width }: Sides,
): Float32Array {
  const odd = Math.max(wanted, 3) + (Math.max(wanted, 3) % 2 === 0 ? 1 : 0)
  const side = Math.min(odd, height, width)
  const place = (): Window => ({
    top: Math.floor(random.uniform() * (height - side + 1)),
    left: Math.floor(random.uniform() * (width - side + 1)),
    side,
  })
  const [here, there] = [place(), place()]
  const delta = x.map((value, i) => value - (x0[i] ?? 0))
  const left = Math.max(epsilon ** 2 - delta.reduce((sum, value) => sum + value * value, 0), 0) / channels
  const own = pattern(side, random)
  for (let channel = 0; channel < channels; channel++) {
    const sign = signOf(random)
    const old = new Float64Array(side * side)
    visit(here, channel, width, (i, at) => {
      old[at] = delta[i] ?? 0
      delta[i] = 0
    })
    let both = lengthOf(old) ** 2
    visit(there, channel, width, (i) => {
      both += (delta[i] ?? 0) ** 2
      delta[i] = 0
    })
    const length = lengthOf(old) + 1e-10
    const made = unit(own.map((value, at) => sign * value + (old[at] ?? 0) / length))
    const size = Math.sqrt(left + both)
    visit(here, channel, width, (i, at) => {
      delta[i] = size * (made[at] ?? 0)
    })
  }
  return onEdge(x0, delta, epsilon, 'l2')
}
