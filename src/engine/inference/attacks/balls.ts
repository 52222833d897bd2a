/** Which norm bounds the change of an image. */
export type Norm = 'linf' | 'l2'

/** Added to norms that are divided by, as published. */
const tiny = 1e-12

/** L2 norm of a - b. */
export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return Math.sqrt(sum)
}

/** The largest magnitude, or the L2 norm. */
export function normOf(values: Float32Array, norm: Norm): number {
  let found = 0
  for (const value of values) found = norm === 'l2' ? found + value * value : Math.max(found, Math.abs(value))
  return norm === 'l2' ? Math.sqrt(found) : found
}

const clip = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/**
 * Moves `x` into the ball of radius epsilon around `x0`, then into [0,1]. In the L2 norm a change that is too long is scaled
 * down; what [0,1] cuts off is not given back.
 */
export function project(x: Float32Array, x0: Float32Array, epsilon: number, norm: Norm): void {
  if (norm === 'linf') {
    for (let i = 0; i < x.length; i++) {
      const origin = x0[i] ?? 0
      x[i] = clip(clip(x[i] ?? 0, origin - epsilon, origin + epsilon), 0, 1)
    }
    return
  }
  const away = distance(x, x0)
  const scale = Math.min(epsilon, away) / (away + tiny)
  for (let i = 0; i < x.length; i++) {
    const origin = x0[i] ?? 0
    x[i] = clip(origin + ((x[i] ?? 0) - origin) * scale, 0, 1)
  }
}

/** x + size * (the sign of g, or g over its L2 norm), not projected. */
export function stepped(x: Float32Array, g: Float32Array, size: number, norm: Norm): Float32Array {
  if (norm === 'linf') return x.map((value, i) => value + size * Math.sign(g[i] ?? 0))
  const scale = size / (normOf(g, 'l2') + tiny)
  return x.map((value, i) => value + scale * (g[i] ?? 0))
}

/** x0 + epsilon * direction / its norm, within [0,1]: a place on the edge of the ball. */
export function onEdge(x0: Float32Array, direction: Float32Array, epsilon: number, norm: Norm): Float32Array {
  const scale = epsilon / (normOf(direction, norm) + tiny)
  return x0.map((value, i) => clip(value + scale * (direction[i] ?? 0), 0, 1))
}
