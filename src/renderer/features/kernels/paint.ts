import { isDiverging, type ColourMap } from '#shared/colour/list.ts'
import { lut } from '#shared/colour/maps.ts'

/** All kernels of one depthwise layer: `weights` is [channels, kernel, kernel], row-major. */
export interface KernelSheet {
  channels: number
  kernel: number
  weights: Float32Array
}

/**
 * shared: one range for the layer. clipped: one range without the largest 0.5 % of the weights. own: a range per
 * channel.
 */
export type RangeMode = 'shared' | 'clipped' | 'own'

export interface Painting {
  map: ColourMap
  range: RangeMode
  /** Upper end of the colours for every channel; by default it follows from the sheet. */
  limit?: number | undefined
}

/** Largest |w| of each channel, [channels]. */
export function channelPeaks({ channels, kernel, weights }: KernelSheet): Float32Array {
  const area = kernel * kernel
  const peaks = new Float32Array(channels)
  for (let c = 0; c < channels; c++) {
    let peak = 0
    for (let i = c * area; i < (c + 1) * area; i++) {
      const size = Math.abs(weights[i] ?? 0)
      if (size > peak) peak = size
    }
    peaks[c] = peak
  }
  return peaks
}

/** The |w| that a share `q` of all weights does not exceed. */
export function magnitudeQuantile(weights: Float32Array, q: number): number {
  if (weights.length === 0) return 0
  const sizes = weights.map(Math.abs).sort()
  return sizes[Math.min(sizes.length - 1, Math.floor(q * sizes.length))] ?? 0
}

const limitsOf = new WeakMap<Float32Array, Map<RangeMode, Float32Array>>()

/**
 * Upper end of the colour range of each channel, [channels]. The lower end is 0, or minus the upper end in a diverging
 * map. Cached per array of weights.
 */
export function channelLimits(
  sheet: KernelSheet,
  { range, limit }: Pick<Painting, 'range' | 'limit'>,
): Float32Array {
  if (limit !== undefined) return new Float32Array(sheet.channels).fill(limit)
  const known = limitsOf.get(sheet.weights) ?? new Map<RangeMode, Float32Array>()
  limitsOf.set(sheet.weights, known)
  const limits = known.get(range) ?? findLimits(sheet, range)
  known.set(range, limits)
  return limits
}

function findLimits(sheet: KernelSheet, range: RangeMode): Float32Array {
  const peaks = channelPeaks(sheet)
  if (range === 'own') return peaks
  const limit =
    range === 'clipped' ? magnitudeQuantile(sheet.weights, 0.995) : peaks.reduce((a, b) => Math.max(a, b), 0)
  return new Float32Array(sheet.channels).fill(limit)
}

/** Tiles per row of the atlas. With 32 both sides stay below the limits of a canvas for any layer. */
export const atlasColumns = 32

/**
 * Every kernel at one pixel per weight, 32 tiles a row, as RGBA of [rows * kernel, 32 * kernel]. Sequential maps show
 * |w| from 0, diverging maps show w around 0.
 */
export function paintAtlas(sheet: KernelSheet, painting: Painting) {
  return paintTiles(sheet, painting.map, channelLimits(sheet, painting))
}

/** As `paintAtlas`, with a given limit per channel, [channels]. */
export function paintTiles({ channels, kernel, weights }: KernelSheet, map: ColourMap, limits: Float32Array) {
  const table = lut(map)
  const width = atlasColumns * kernel
  const height = Math.ceil(channels / atlasColumns) * kernel
  const pixels = new Uint8ClampedArray(4 * width * height)
  const signed = isDiverging(map)
  for (let c = 0; c < channels; c++) {
    const limit = limits[c] ?? 0
    const scale = limit > 0 ? 255 / limit : 0
    const left = (c % atlasColumns) * kernel
    const top = Math.floor(c / atlasColumns) * kernel
    for (let y = 0; y < kernel; y++) {
      let at = 4 * ((top + y) * width + left)
      let from = (c * kernel + y) * kernel
      for (let x = 0; x < kernel; x++, at += 4, from++) {
        const w = weights[from] ?? 0
        const place = signed ? 127.5 + 0.5 * scale * w : scale * Math.abs(w)
        const colour = 3 * (place <= 0 ? 0 : place >= 255 ? 255 : Math.round(place))
        pixels[at] = table[colour] ?? 0
        pixels[at + 1] = table[colour + 1] ?? 0
        pixels[at + 2] = table[colour + 2] ?? 0
        pixels[at + 3] = 255
      }
    }
  }
  return { width, height, pixels }
}
