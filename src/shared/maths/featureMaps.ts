/** A feature map of one image, and the gradient of the explained output to it, both [channels, positions]. */
export interface FeatureMaps {
  features: Float32Array
  gradients: Float32Array
  channels: number
  positions: number
}

/**
 * Grad-CAM [positions]: the positive part of the sum of the channels, each weighted by the mean of its gradient over the
 * positions. Source: Selvaraju et al. 2017, equations 1 and 2.
 */
export const gradCam = ({ features, gradients, channels, positions }: FeatureMaps): Float64Array =>
  positiveSums(channels, positions, (channel) => {
    let weight = 0
    for (let at = 0; at < positions; at++) weight += gradients[channel * positions + at] ?? 0
    weight /= positions
    return (at) => weight * (features[channel * positions + at] ?? 0)
  })

/**
 * LayerCAM [positions]: the positive part of the sum of the channels, each position weighted by the positive part of its own
 * gradient. Source: Jiang et al. 2021, equations 4 to 6.
 */
export const layerCam = ({ features, gradients, channels, positions }: FeatureMaps): Float64Array =>
  positiveSums(channels, positions, (channel) => (at) => {
    const place = channel * positions + at
    return Math.max(0, gradients[place] ?? 0) * (features[place] ?? 0)
  })

function positiveSums(
  channels: number,
  positions: number,
  of: (channel: number) => (at: number) => number,
): Float64Array {
  const sum = new Float64Array(positions)
  for (let channel = 0; channel < channels; channel++) {
    const value = of(channel)
    for (let at = 0; at < positions; at++) sum[at] = (sum[at] ?? 0) + value(at)
  }
  return sum.map((value) => Math.max(0, value))
}

/**
 * Enlarges a map [rows, columns] to [height, width] by linear interpolation between the centres of its cells; beyond the outer
 * centres it is constant. As PyTorch's `interpolate` with mode bilinear and without aligned corners.
 */
export function enlarged(
  map: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  [height, width]: readonly [number, number],
): Float32Array {
  const across = Array.from({ length: width }, (_, x) => between(x, width, columns))
  const result = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    const down = between(y, height, rows)
    for (const [x, { low, high, share }] of across.entries()) {
      const at = (row: number) =>
        (map[row * columns + low] ?? 0) * (1 - share) + (map[row * columns + high] ?? 0) * share
      result[y * width + x] = at(down.low) * (1 - down.share) + at(down.high) * down.share
    }
  }
  return result
}

/** The two cells of `cells` between whose centres place `at` of `size` lies, and how far it is from the first. */
function between(at: number, size: number, cells: number) {
  const place = Math.max(0, ((at + 0.5) * cells) / size - 0.5)
  const low = Math.min(cells - 1, Math.floor(place))
  const high = Math.min(cells - 1, low + 1)
  return { low, high, share: place - low }
}
