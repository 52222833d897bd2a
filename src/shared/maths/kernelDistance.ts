import type { DistanceDefinition } from '../contract/models.ts'

/** Attention distances of a depthwise layer's channels. */
export interface KernelDistances {
  /** Ascending. */
  distance: number[]
  /** The channel at each index of `distance`. */
  order: number[]
  /** Channels whose weights are all zero: their distance is undefined. */
  skipped: number[]
}

/**
 * Kernel attention distance of one channel (paper, section 4.6): the mean distance of a kernel's weights from its
 * centre, where R = (K-1)/2, in pixels divided by the corner distance R*sqrt(2). `weights` [K,K], row-major.
 * normalised: sum |w| d / sum |w|, in [0,1].
 * published: sum |w| d, as in the paper's code (kernel_atten_dis.py).
 * null where every weight is zero.
 */
export function kernelDistance(
  weights: ArrayLike<number>,
  kernel: number,
  definition: DistanceDefinition,
): number | null {
  const centre = (kernel - 1) / 2
  let moment = 0
  let mass = 0
  for (let row = 0; row < kernel; row++)
    for (let column = 0; column < kernel; column++) {
      const weight = Math.abs(weights[row * kernel + column] ?? 0)
      moment += weight * Math.hypot(row - centre, column - centre)
      mass += weight
    }
  if (mass === 0) return null
  const corner = centre === 0 ? 1 : centre * Math.SQRT2
  return moment / corner / (definition === 'normalised' ? mass : 1)
}

/** Distances of all channels of a layer, sorted. `weights` [channels,K,K], row-major. */
export function kernelDistances(
  weights: Float32Array,
  kernel: number,
  definition: DistanceDefinition,
): KernelDistances {
  const area = kernel * kernel
  const found: { channel: number; distance: number }[] = []
  const skipped: number[] = []
  for (let channel = 0; channel * area < weights.length; channel++) {
    const one = weights.subarray(channel * area, (channel + 1) * area)
    const distance = kernelDistance(one, kernel, definition)
    if (distance === null || !Number.isFinite(distance)) skipped.push(channel)
    else found.push({ channel, distance })
  }
  found.sort((a, b) => a.distance - b.distance || a.channel - b.channel)
  return {
    distance: found.map(({ distance }) => distance),
    order: found.map(({ channel }) => channel),
    skipped,
  }
}

/** Normalised distance of a kernel of side `kernel` whose weights are all equal: the reference line of the figure. */
export function uniformDistance(kernel: number): number {
  return kernelDistance(new Float32Array(kernel * kernel).fill(1), kernel, 'normalised') ?? 0
}
