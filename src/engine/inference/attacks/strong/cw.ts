import type { Attacked } from './attacked.ts'
import { distance } from '../balls.ts'
import type { Network } from './network.ts'
import { isWrong, marginOf, runnerUp } from './objectives.ts'

/** First weight of the margin, as published. */
const firstWeight = 1e-3
/** Keeps images of pure black and white away from the ends of tanh, as published. */
const shrink = 0.999999

/** The nearest wrong image that was found, and its L2 distance; Infinity where none was. */
export interface Nearest {
  x: Float32Array
  norm: number
}

/** A search of one image with one weight, by Adam. */
interface Search extends Attacked {
  weight: { tried: number; low: number; high: number }
  /** The image before tanh, the change of it, and the moments of its gradient. */
  origin: Float32Array
  change: Float32Array
  first: Float32Array
  second: Float32Array
  /** Whether this weight made the answer wrong. */
  found: boolean
  /** The loss a tenth of the steps ago. */
  before: number
  idle: boolean
}

/**
 * Carlini and Wagner's L2 attack (2017), untargeted: Adam on w of |x - x0|^2 + c max(0, z_y - max of the others), x = (tanh(w) + 1) / 2;
 * c is ten times as large until the answer is wrong, then bisected. A weight is left after a tenth of the steps without gain.
 *
 * @param attack alpha is the learning rate, searches the number of weights c that are tried
 */
export async function carliniWagner(
  images: readonly Attacked[],
  { steps, alpha, searches }: { steps: number; alpha: number; searches: number },
  network: Network,
): Promise<Nearest[]> {
  const nearest = images.map(({ x0 }): Nearest => ({ x: x0, norm: Infinity }))
  const weights = images.map(() => ({ tried: firstWeight, low: 0, high: Infinity }))
  for (let search = 0; search < searches; search++) {
    const all = images.map((image, at) => begin(image, weights[at] ?? { tried: 0, low: 0, high: Infinity }))
    for (let step = 0; step < steps; step++) {
      const active = all.filter(({ idle }) => !idle)
      if (active.length === 0) break
      const tenth = step % Math.max(Math.floor(steps / 10), 1) === 0
      await descend(active, step + 1, { alpha, tenth }, network, (one, x) => {
        const best = nearest[all.indexOf(one)]
        const norm = distance(x, one.x0)
        if (best && norm < best.norm) Object.assign(best, { x, norm })
      })
    }
    for (const { weight, found } of all) adjust(weight, found)
  }
  return nearest
}

function begin(image: Attacked, weight: Search['weight']): Search {
  const size = image.x0.length
  return {
    ...image,
    weight,
    origin: image.x0.map((value) => Math.atanh((2 * value - 1) * shrink)),
    change: new Float32Array(size),
    first: new Float32Array(size),
    second: new Float32Array(size),
    found: false,
    before: Infinity,
    idle: false,
  }
}

/** One step of Adam of each search; `wrong` gets the images that are. */
async function descend(
  all: readonly Search[],
  step: number,
  { alpha, tenth }: { alpha: number; tenth: boolean },
  network: Network,
  wrong: (one: Search, x: Float32Array) => void,
): Promise<void> {
  const images = all.map(({ origin, change }) =>
    origin.map((value, i) => (Math.tanh(value + (change[i] ?? 0)) + 1) / 2),
  )
  const outputs = await network.outputs(images)
  const margins = outputs.map((z, at) => marginOf(z, all[at]?.y ?? 0))
  const pulls = outputs.map((z, at) => {
    const found = new Float32Array(z.length)
    const y = all[at]?.y ?? 0
    if ((margins[at] ?? 0) <= 0) return found
    found[y] = all[at]?.weight.tried ?? 0
    found[runnerUp(z, y)] = -(all[at]?.weight.tried ?? 0)
    return found
  })
  const gradients = await network.weighted(images, pulls)
  for (const [at, one] of all.entries()) {
    const [x, z, g] = [images[at], outputs[at], gradients[at]]
    if (!x || !z || !g) continue
    if (isWrong(z, one.y)) {
      one.found = true
      wrong(one, x)
    }
    const loss = distance(x, one.x0) ** 2 + one.weight.tried * Math.max(margins[at] ?? 0, 0)
    if (tenth) {
      one.idle = loss > one.before * 0.9999
      one.before = loss
    }
    adam(one, x, g, step, alpha)
  }
}

/** Moves the change against the gradient by its first and second moment (Kingma and Ba 2015; decays 0.9 and 0.999). */
function adam(
  { x0, change, first, second }: Search,
  x: Float32Array,
  g: Float32Array,
  step: number,
  rate: number,
): void {
  const [ofFirst, ofSecond] = [1 - 0.9 ** step, 1 - 0.999 ** step]
  for (let i = 0; i < x.length; i++) {
    const value = x[i] ?? 0
    // The derivative of (tanh(w) + 1) / 2 is 2 x (1 - x).
    const slope = ((g[i] ?? 0) + 2 * (value - (x0[i] ?? 0))) * 2 * value * (1 - value)
    const [m, v] = [0.9 * (first[i] ?? 0) + 0.1 * slope, 0.999 * (second[i] ?? 0) + 0.001 * slope * slope]
    first[i] = m
    second[i] = v
    change[i] = (change[i] ?? 0) - (rate * (m / ofFirst)) / (Math.sqrt(v / ofSecond) + 1e-8)
  }
}

function adjust(weight: Search['weight'], found: boolean): void {
  if (found) weight.high = Math.min(weight.high, weight.tried)
  else weight.low = Math.max(weight.low, weight.tried)
  weight.tried = weight.high < Infinity ? (weight.low + weight.high) / 2 : weight.tried * 10
}
