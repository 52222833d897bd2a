import { generator } from '#shared/random.ts'

/** Gradients [N,H,W,3] of what is explained, for images [N,H,W,3] in [0,1]. */
export type GradientOf = (images: Float32Array, count: number) => Promise<Float32Array>

/** How a saliency map is computed. */
export type SaliencyMethod =
  /** The gradient itself (Simonyan et al. 2014). */
  | { method: 'gradient' }
  /** Mean gradient over noisy copies (Smilkov et al. 2017); `noise` is the standard deviation in [0,1] units. */
  | { method: 'smoothGrad'; copies: number; noise: number; seed: number }
  /** (x - black) times the mean gradient on the straight path from black, by the trapezoidal rule (Sundararajan et al. 2017). */
  | { method: 'integratedGradients'; steps: number }

/** Copies of one image that go into one call. */
const together = 8

/**
 * Attribution of one image [H,W,3] in [0,1], to each pixel and channel. `key` names the image, so that the noise of
 * SmoothGrad depends on nothing but seed and image.
 */
export async function attribution(
  gradientOf: GradientOf,
  image: Float32Array,
  key: string,
  method: SaliencyMethod,
): Promise<Float32Array> {
  if (method.method === 'gradient') return gradientOf(image, 1)
  if (method.method === 'smoothGrad') {
    const { copies, noise, seed } = method
    return meanGradient(gradientOf, copies, (copy) => {
      const normals = generator('smoothGrad', seed, key, copy).normals(image.length)
      return { point: image.map((value, index) => value + noise * (normals[index] ?? 0)), weight: 1 / copies }
    })
  }
  const { steps } = method
  const mean = await meanGradient(gradientOf, steps + 1, (step) => ({
    point: image.map((value) => (value * step) / steps),
    weight: (step === 0 || step === steps ? 0.5 : 1) / steps,
  }))
  return mean.map((value, index) => value * (image[index] ?? 0))
}

/** Weighted sum of the gradients at several points. */
async function meanGradient(
  gradientOf: GradientOf,
  count: number,
  pointAt: (index: number) => { point: Float32Array; weight: number },
): Promise<Float32Array> {
  let sum: Float64Array | undefined
  for (let first = 0; first < count; first += together) {
    const points = Array.from({ length: Math.min(together, count - first) }, (_, index) =>
      pointAt(first + index),
    )
    const size = points[0]?.point.length ?? 0
    const batch = new Float32Array(points.length * size)
    for (const [index, { point }] of points.entries()) batch.set(point, index * size)
    const gradients = await gradientOf(batch, points.length)
    sum ??= new Float64Array(size)
    for (const [index, { weight }] of points.entries())
      for (let at = 0; at < size; at++)
        sum[at] = (sum[at] ?? 0) + weight * (gradients[index * size + at] ?? 0)
  }
  return Float32Array.from(sum ?? [])
}

/** A map [H,W] of an attribution [H,W,3]: the sum of magnitudes over the channels. */
export function saliencyMap(attributions: Float32Array): Float32Array {
  return Float32Array.from({ length: attributions.length / 3 }, (_, at) => {
    const [r = 0, g = 0, b = 0] = attributions.subarray(3 * at, 3 * at + 3)
    return Math.abs(r) + Math.abs(g) + Math.abs(b)
  })
}
