import { exp, sinCos } from '#shared/elementary.ts'
import { borderIndex } from './blur.ts'

/** 8-bit samples in rows, height x width x channels. */
export interface Bytes {
  pixels: Uint8Array
  height: number
  width: number
  channels: number
}

/** The one-sided kernel of ImageMagick's MotionBlur: weights of 2 radius + 1 taps, and where each tap looks. */
export function motionTaps(radius: number, sigma: number, degrees: number) {
  const count = 2 * radius + 1
  const raw = Array.from({ length: count }, (_, i) => exp((-i * i) / (2 * sigma * sigma)))
  const sum = raw.reduce((total, weight) => total + weight, 0)
  const { sin, cos } = sinCos((degrees * Math.PI) / 180)
  return raw.map((weight, i) => ({
    weight: weight / sum,
    dx: Math.ceil(i * cos - 0.5),
    dy: Math.ceil(i * sin - 0.5),
  }))
}

/** The image in a frame of `margin` pixels that repeat its edge. */
function framed({ pixels, height, width, channels }: Bytes, margin: number): Uint8Array {
  const stride = (width + 2 * margin) * channels
  const out = new Uint8Array((height + 2 * margin) * stride)
  for (let y = 0; y < height + 2 * margin; y++) {
    const from = borderIndex(y - margin, height, 'nearest') * width * channels
    const to = y * stride
    out.set(pixels.subarray(from, from + width * channels), to + margin * channels)
    for (let k = 0; k < margin * channels; k++) {
      out[to + k] = pixels[from + (k % channels)]!
      out[to + (margin + width) * channels + k] = pixels[from + (width - 1) * channels + (k % channels)]!
    }
  }
  return out
}

/** Fraction bits of a weight; a sum of 8-bit samples stays within 31 bits. */
const precision = 22

/**
 * ImageMagick's MotionBlur: out(x, y) = sum of weight * in(x + dx, y + dy), edges repeated, rounded to 8 bits. The kernel
 * is one-sided, so the image also moves against `degrees`.
 */
export function motionBlur(image: Bytes, radius: number, sigma: number, degrees: number): Bytes {
  const { height, width, channels } = image
  const margin = 2 * radius
  const source = framed(image, margin)
  const stride = (width + 2 * margin) * channels
  const taps = motionTaps(radius, sigma, degrees)
  const offsets = taps.map(({ dx, dy }) => (margin + dy) * stride + (margin + dx) * channels)
  const weights = taps.map(({ weight }) => Math.round(weight * (1 << precision)))
  while (weights.length % 4 !== 0) {
    offsets.push(0)
    weights.push(0)
  }
  const length = width * channels
  const sums = new Int32Array(length)
  const pixels = new Uint8ClampedArray(height * length)
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (precision - 1))
    for (let k = 0; k < weights.length; k += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => y * stride + offsets[k + i]!) as [
        number,
        number,
        number,
        number,
      ]
      const [wa, wb, wc, wd] = weights.slice(k, k + 4) as [number, number, number, number]
      for (let i = 0; i < length; i++) {
        const ab = (Math.imul(source[a + i]!, wa) + Math.imul(source[b + i]!, wb)) | 0
        const cd = (Math.imul(source[c + i]!, wc) + Math.imul(source[d + i]!, wd)) | 0
        sums[i] = (sums[i]! + ab + cd) | 0
      }
    }
    const to = y * length
    for (let i = 0; i < length; i++) pixels[to + i] = sums[i]! >> precision
  }
  return { pixels: new Uint8Array(pixels.buffer), height, width, channels }
}
