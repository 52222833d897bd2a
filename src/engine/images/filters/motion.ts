import { exp, sinCos } from '#shared/elementary.ts'
import { accumulate, bytesAt, clearMemory, fill, fromBytes, place, toBytes } from '../simd/rows.ts'
import { borderIndex } from './blur.ts'

/** 8-bit samples [height, width, channels]. */
export interface Bytes {
  pixels: Uint8Array
  height: number
  width: number
  channels: number
}

/** The one-sided kernel of ImageMagick's MotionBlur: weights and offsets of 2 radius + 1 taps. */
function motionTaps(radius: number, sigma: number, degrees: number) {
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

/** The image with a border of `margin` pixels that repeat its edge. */
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

/**
 * ImageMagick's MotionBlur: out(x, y) = sum of weight * in(x + dx, y + dy), with repeated edges, rounded to 8 bits. The
 * kernel is one-sided, so the image is also shifted against the direction `degrees`.
 */
export function motionBlur(image: Bytes, radius: number, sigma: number, degrees: number): Bytes {
  const { height, width, channels } = image
  const margin = 2 * radius
  const wide = framed(image, margin)
  const stride = (width + 2 * margin) * channels
  const taps = motionTaps(radius, sigma, degrees).map(({ weight, dx, dy }) => ({
    weight,
    offset: 4 * ((margin + dy) * stride + (margin + dx) * channels),
  }))
  // Taps are summed in groups of four; missing taps have weight 0.
  while (taps.length % 4 !== 0) taps.push({ weight: 0, offset: 0 })
  const length = width * channels
  clearMemory()
  const source = place(wide.length)
  const sums = place(length)
  const bytes = place(wide.length)
  bytesAt(bytes, wide.length).set(wide)
  fromBytes(source, bytes, wide.length)
  for (let y = 0; y < height; y++) {
    fill(sums, length, 0.5)
    const row = source + 4 * y * stride
    for (let k = 0; k < taps.length; k += 4) {
      const [a, b, c, d] = [taps[k]!, taps[k + 1]!, taps[k + 2]!, taps[k + 3]!]
      accumulate(
        sums,
        length,
        row + a.offset,
        row + b.offset,
        row + c.offset,
        row + d.offset,
        a.weight,
        b.weight,
        c.weight,
        d.weight,
      )
    }
    toBytes(bytes + y * length, sums, length)
  }
  return { pixels: bytesAt(bytes, height * length).slice(), height, width, channels }
}
