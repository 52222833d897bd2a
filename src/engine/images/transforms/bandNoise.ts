import { generator } from '#shared/random.ts'
import { bandRadii, type BandNoise } from '#shared/transforms/index.ts'
import { fourierPlane } from '../fourier.ts'
import type { Picture } from '../picture.ts'

/** Two real planes as the parts of one complex plane: a real and even mask does not mix them. */
interface Plane {
  re: Float64Array
  im: Float64Array
}

interface Spectrum {
  key: string
  /** Channels 0 and 1, and channel 2 alone. */
  planes: [Plane, Plane]
}

/** The spectrum of the last image's noise: all bands of an image are cut from the same draw. */
let last: Spectrum | null = null

/** The picture with noise of a band, float32 in [0,1] units [height, width, 3]; values may leave [0,1]. */
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

/** The same for the screen: clipped to [0,1] and rounded to 8 bit. */
export function applyBandNoise(picture: Picture, transform: BandNoise, imageKey: string): Picture {
  const floats = bandNoiseFloats(picture, transform, imageKey)
  return {
    ...picture,
    pixels: Uint8Array.from(floats, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
  }
}

/**
 * Magnitude of the 2-D Fourier transform of the noise that a band adds in the normalised input, mean over the channels:
 * [height * width], not scaled (as numpy's fft2), frequency zero at row floor(height / 2) and column floor(width / 2).
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
  // Parseval: the mean square of the noise over pixels and channels.
  const rms = Math.sqrt(power / 3) / (height * width)
  const scale = transform.epsilon / (transform.energy === 'equal' ? rms || 1 : 1)
  return mean.map((value) => scale * value)
}

/** Of channels 0 and 1, taken apart from one complex plane by its value at the opposite frequency, and of channel 2. */
function channelMagnitudes([pair, single]: [Plane, Plane], at: number, mirrored: number): number[] {
  const [re, im] = [pair.re[at]!, pair.im[at]!]
  const [oppositeRe, oppositeIm] = [pair.re[mirrored]!, pair.im[mirrored]!]
  return [
    Math.hypot(re + oppositeRe, im - oppositeIm) / 2,
    Math.hypot(im + oppositeIm, oppositeRe - re) / 2,
    Math.hypot(single.re[at]!, single.im[at]!),
  ]
}

/** One unit-strength noise plane per channel, limited to the band. */
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
  }) as [Plane, Plane]
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
  const planes: [Plane, Plane] = [
    { re: plane(0), im: plane(1) },
    { re: plane(2), im: new Float64Array(height * width) },
  ]
  for (const { re, im } of planes) fourierPlane(re, im, height, width, 'forward')
  last = { key, planes }
  return last
}

/**
 * Weight of every frequency. The published mask is a square of side 2 r from -r to r - 1 minus a smaller one, and the
 * real part of what comes back is taken: that is the mean of the mask and its mirror image, which is real and even.
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
    // An ellipse where height and width differ: frequencies are measured in units of π. Integers, so that a frequency on
    // the border (3, 4 at radius 5) does not hang on rounding.
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
