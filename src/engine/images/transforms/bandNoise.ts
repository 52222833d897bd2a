import { generator } from '#shared/random.ts'
import { bandRadii, type BandNoise } from '#shared/transforms/index.ts'
import { fourierPlane } from '../fourier.ts'
import type { Picture } from '../picture.ts'

/** Two real planes as the parts of one complex plane. A real and even mask does not mix them. */
interface ComplexPlane {
  re: Float64Array
  im: Float64Array
}

interface Spectrum {
  key: string
  /** Channels 0 and 1 in one plane, and channel 2 in the other. */
  planes: [ComplexPlane, ComplexPlane]
}

/** Spectrum of the noise of the last image. All bands of an image filter the same draw. */
let last: Spectrum | null = null

/** Adds the noise of a band to a picture: float32 [height, width, 3] where 1 is white. Values may leave [0,1]. */
export function bandNoiseFloats(picture: Picture, transform: BandNoise, imageKey: string): Float32Array {
  const { pixels, height, width } = picture
  const noise = bandOf(transform, imageKey, height, width)
  const scale =
    transform.energy === 'equal' ? transform.epsilon / (rootMeanSquare(noise) || 1) : transform.epsilon
  const result = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) {
    const channel = i % 3
    const std = transform.std[channel] ?? 1
    result[i] = pixels[i]! / 255 + scale * std * noise[channel]![(i - channel) / 3]!
  }
  return result
}

/** Adds the noise of a band to a picture for the screen: clipped to [0,1] and rounded to 8 bits. */
export function applyBandNoise(picture: Picture, transform: BandNoise, imageKey: string): Picture {
  const floats = bandNoiseFloats(picture, transform, imageKey)
  return {
    ...picture,
    pixels: Uint8Array.from(floats, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
  }
}

/**
 * Magnitude of the 2-D Fourier transform of the noise that a band adds to the normalised input, averaged over the
 * channels: [height * width], not scaled (like numpy's fft2). Frequency zero is at row floor(height / 2) and column
 * floor(width / 2).
 */
export function bandSpectrum(
  transform: Omit<BandNoise, 'std'>,
  imageKey: string,
  height: number,
  width: number,
): Float64Array {
  const { planes } = spectrumOf(transform, imageKey, height, width)
  const mask = bandMask(transform, height, width)
  const mean = new Float64Array(height * width)
  let power = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      const weight = mask[at]!
      if (weight === 0) continue
      const mirrored = ((height - y) % height) * width + ((width - x) % width)
      const magnitudes = channelMagnitudes(planes, at, mirrored).map((value) => weight * value)
      const row = (y + (height >> 1)) % height
      const column = (x + (width >> 1)) % width
      for (const value of magnitudes) {
        mean[row * width + column]! += value / 3
        power += value * value
      }
    }
  }
  // Mean square of the noise over pixels and channels, by Parseval's theorem.
  const rms = Math.sqrt(power / 3) / (height * width)
  const scale = transform.epsilon / (transform.energy === 'equal' ? rms || 1 : 1)
  return mean.map((value) => scale * value)
}

/** Magnitudes of the three channels. The value at the opposite frequency separates channels 0 and 1. */
function channelMagnitudes(
  [pair, single]: [ComplexPlane, ComplexPlane],
  at: number,
  mirrored: number,
): number[] {
  const [re, im] = [pair.re[at]!, pair.im[at]!]
  const [oppositeRe, oppositeIm] = [pair.re[mirrored]!, pair.im[mirrored]!]
  return [
    Math.hypot(re + oppositeRe, im - oppositeIm) / 2,
    Math.hypot(im + oppositeIm, oppositeRe - re) / 2,
    Math.hypot(single.re[at]!, single.im[at]!),
  ]
}

/** Noise limited to the band: one plane per channel, not yet scaled by epsilon. */
function bandOf(
  transform: BandNoise,
  imageKey: string,
  height: number,
  width: number,
): [Float64Array, Float64Array, Float64Array] {
  const { planes } = spectrumOf(transform, imageKey, height, width)
  const mask = bandMask(transform, height, width)
  const [first, second] = planes.map(({ re, im }) => {
    const cut = { re: re.map((value, i) => value * mask[i]!), im: im.map((value, i) => value * mask[i]!) }
    fourierPlane(cut.re, cut.im, height, width, 'back')
    return cut
  }) as [ComplexPlane, ComplexPlane]
  return [first.re, first.im, second.re]
}

function spectrumOf(
  { seed, draw }: Pick<BandNoise, 'seed' | 'draw'>,
  imageKey: string,
  height: number,
  width: number,
): Spectrum {
  const key = `${imageKey} ${seed} ${draw} ${height}x${width}`
  if (last?.key === key) return last
  const normals = generator('bandNoise', seed, imageKey).normals(3 * height * width)
  const value = (i: number) => (draw === 'sign' ? Math.sign(normals[i]!) : normals[i]!)
  const plane = (channel: number) =>
    Float64Array.from({ length: height * width }, (_, i) => value(3 * i + channel))
  const planes: [ComplexPlane, ComplexPlane] = [
    { re: plane(0), im: plane(1) },
    { re: plane(2), im: new Float64Array(height * width) },
  ]
  for (const { re, im } of planes) fourierPlane(re, im, height, width, 'forward')
  last = { key, planes }
  return last
}

/**
 * Weight of every frequency. The published mask is a square of side 2 r, from -r to r - 1, minus a smaller one, and the
 * published code takes the real part of the result. That equals the mean of the mask and its mirror image, which is real
 * and even.
 */
export function bandMask(
  transform: Pick<BandNoise, 'centre' | 'width' | 'ring'>,
  height: number,
  width: number,
): Float64Array {
  const down = bandRadii(transform, height)
  const across = bandRadii(transform, width)
  const inSquare = (u: number, v: number, ry: number, rx: number) => u >= -ry && u < ry && v >= -rx && v < rx
  const inside = (u: number, v: number) => {
    if (transform.ring === 'square')
      return inSquare(u, v, down.outer, across.outer) && !inSquare(u, v, down.inner, across.inner)
    // Frequencies are in units of π, so the ring is an ellipse where height and width differ. The arithmetic is in
    // integers, so that rounding does not decide about a frequency on the border (3, 4 at radius 5).
    const square = (u * width) ** 2 + (v * height) ** 2
    return square >= (down.inner * width) ** 2 && square < (down.outer * width) ** 2
  }
  const signed = (k: number, n: number) => (k < n / 2 ? k : k - n)
  const mirrored = (k: number, n: number) => signed((n - k) % n, n)
  const mask = new Float64Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = inside(signed(y, height), signed(x, width)) ? 0.5 : 0
      mask[y * width + x] = here + (inside(mirrored(y, height), mirrored(x, width)) ? 0.5 : 0)
    }
  }
  return mask
}

function rootMeanSquare(planes: Float64Array[]): number {
  let sum = 0
  let count = 0
  for (const plane of planes) {
    for (const value of plane) sum += value * value
    count += plane.length
  }
  return Math.sqrt(sum / count)
}
