import type { Generator } from '#shared/random.ts'
import { onEdge } from './balls.ts'

/**
 * Updates of adversarial images in [0,1], elementwise over any number of images. They write to `x` and allocate nothing.
 * Formulas as in torchattacks (Harry24k/adversarial-attacks-pytorch: fgsm.py, pgd.py, mifgsm.py).
 */

// Both are without branches, which the signs of a gradient make unpredictable; this takes a third of the time. NaN stays NaN.
const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
const sign = (value: number) => (Number.isNaN(value) ? value : Number(value > 0) - Number(value < 0))

/** x = clip(x0 + epsilon * sign(g), 0, 1); sign(0) = 0. */
export function fastStep(x: Float32Array, x0: Float32Array, g: Float32Array, epsilon: number): void {
  for (let i = 0; i < x.length; i++) x[i] = clip((x0[i] ?? 0) + epsilon * sign(g[i] ?? 0), 0, 1)
}

/** x = clip(x0 + clamp(x + alpha * sign(g) - x0, -epsilon, epsilon), 0, 1). */
export function projectedStep(
  x: Float32Array,
  x0: Float32Array,
  g: Float32Array,
  alpha: number,
  epsilon: number,
): void {
  for (let i = 0; i < x.length; i++) {
    const origin = x0[i] ?? 0
    const moved = (x[i] ?? 0) + alpha * sign(g[i] ?? 0) - origin
    x[i] = clip(origin + clip(moved, -epsilon, epsilon), 0, 1)
  }
}

/** m = m + g / mean|g| for each image, the momentum of MI-FGSM with decay 1 (Dong et al. 2018). */
export function addMomentum(momentum: Float32Array, g: Float32Array, valuesPerImage: number): void {
  for (let first = 0; first < g.length; first += valuesPerImage) {
    let sum = 0
    for (let i = first; i < first + valuesPerImage; i++) sum += Math.abs(g[i] ?? 0)
    const mean = sum / valuesPerImage
    if (mean === 0) continue
    for (let i = first; i < first + valuesPerImage; i++) momentum[i] = (momentum[i] ?? 0) + (g[i] ?? 0) / mean
  }
}

/** x = clip(x0 + uniform(-epsilon, epsilon), 0, 1) for one image; `uniform` gives numbers in [0,1). */
export function randomStart(x: Float32Array, x0: Float32Array, epsilon: number, uniform: () => number): void {
  for (let i = 0; i < x.length; i++) x[i] = clip((x0[i] ?? 0) + (2 * uniform() - 1) * epsilon, 0, 1)
}

/** A place in the L2 ball around an image: a uniform length, then a normal direction (torchattacks pgdl2.py). */
export function randomInside(x0: Float32Array, epsilon: number, random: Generator): Float32Array {
  const length = epsilon * random.uniform()
  return onEdge(x0, random.normals(x0.length), length, 'l2')
}

/** Rounds to the nearest of 256 levels in [0,1]. */
export function roundTo8Bit(x: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = Math.round((x[i] ?? 0) * 255) / 255
}
