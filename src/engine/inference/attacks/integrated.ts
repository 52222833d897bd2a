import type { Gradient } from './trajectory.ts'

/** Points of the path from black to the image: S = 20 steps, both ends included (TAIG; LKRobust TAIG.py). */
const pathPoints = 21

/**
 * Integrated gradients of the true logit along the way from black (0 in [0,1] space) to x, averaged over 21 points and
 * multiplied by the way. With `noise` (TAIG-R as published) each point is moved by uniform(-epsilon, epsilon), and the
 * factor is the difference of the moved ends.
 */
export async function integratedGradients(
  x: Float32Array,
  logitGradient: Gradient,
  noise: { epsilon: number; uniform: () => number } | null,
): Promise<Float32Array> {
  const sum = new Float64Array(x.length)
  const point = new Float32Array(x.length)
  const start = new Float32Array(x.length)
  const end = new Float32Array(x.length)
  for (let step = 0; step < pathPoints; step++) {
    const share = step / (pathPoints - 1)
    for (let i = 0; i < x.length; i++) {
      point[i] = share * (x[i] ?? 0) + (noise ? (2 * noise.uniform() - 1) * noise.epsilon : 0)
    }
    if (step === 0) start.set(point)
    if (step === pathPoints - 1) end.set(point)
    const g = await logitGradient(point)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (g[i] ?? 0)
  }
  return Float32Array.from(sum, (value, i) => (value / pathPoints) * ((end[i] ?? 0) - (start[i] ?? 0)))
}
