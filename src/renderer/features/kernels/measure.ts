import type { KernelSheet } from './paint.ts'

/** One kernel in numbers. */
export interface KernelFacts {
  min: number
  max: number
  mean: number
  /** Sum of |w|. */
  mass: number
  /** Cumulative share of |w| within each whole radius from the centre, [ceil(R sqrt 2) + 1]. */
  massWithin: number[]
}

/** Measures the kernel of channel `channel`. A kernel of zeros has mass 0 and zeros in `massWithin`. */
export function kernelFacts({ kernel, weights }: KernelSheet, channel: number): KernelFacts {
  const centre = (kernel - 1) / 2
  const rings = new Array<number>(Math.ceil(centre * Math.SQRT2) + 1).fill(0)
  let min = Infinity
  let max = -Infinity
  let sum = 0
  let mass = 0
  for (let y = 0, i = channel * kernel * kernel; y < kernel; y++) {
    for (let x = 0; x < kernel; x++, i++) {
      const w = weights[i] ?? 0
      const ring = Math.ceil(Math.hypot(x - centre, y - centre) - 1e-9)
      min = Math.min(min, w)
      max = Math.max(max, w)
      sum += w
      mass += Math.abs(w)
      rings[ring] = (rings[ring] ?? 0) + Math.abs(w)
    }
  }
  let within = 0
  const massWithin = rings.map((ring) => (within += ring)).map((total) => (mass > 0 ? total / mass : 0))
  return { min, max, mean: sum / (kernel * kernel), mass, massWithin }
}

/**
 * Indices of at most four layers, spread from the first to the last as in the paper's Fig. 9. They are compared by
 * default.
 */
export function layersToCompare(count: number): number[] {
  if (count <= 4) return Array.from({ length: count }, (_, i) => i)
  return [...new Set([0, Math.round((count - 1) / 3), Math.round((2 * (count - 1)) / 3), count - 1])]
}
