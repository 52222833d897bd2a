import { straightPath, weightedGradients, type GradientPoints } from '#shared/maths/gradientPoints.ts'
import type { Gradient } from './gradient.ts'

/** Points on the path from black to the image: S = 20 steps, with both ends (TAIG; LKRobust TAIG.py). */
const pathPoints = 21

/**
 * Integrated gradients of the true logit along the straight path from black (0 in [0,1]) to x, float32
 * [n, height, width, 3]. The gradient is averaged over 21 points and multiplied by the end of the path minus its start.
 * With `noise` (TAIG-R as published) uniform(-epsilon, epsilon) is added to each point, so also to both ends.
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
