import { straightPath, weightedGradients, type GradientPoints } from '#shared/maths/gradientPoints.ts'
import type { Gradient } from './gradient.ts'

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
  const jitter = noise && (() => (2 * noise.uniform() - 1) * noise.epsilon)
  const path = straightPath(x, { count: pathPoints, rule: 'mean', jitter })
  const start = new Float32Array(x.length)
  const end = new Float32Array(x.length)
  const seen: GradientPoints = {
    ...path,
    write(index, target) {
      path.write(index, target)
      if (index === 0) start.set(target)
      if (index === path.count - 1) end.set(target)
    },
  }
  const sum = await weightedGradients(seen, logitGradient)
  return Float32Array.from(sum, (value, i) => (value / path.divisor) * ((end[i] ?? 0) - (start[i] ?? 0)))
}
