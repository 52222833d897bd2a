import type { Picture } from '#engine/images/index.ts'

/** Radix-2 Fourier transform of `size` numbers, in place. */
function fourier(size: number): (re: Float64Array, im: Float64Array) => void {
  const cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size))
  const sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size))
  return (re, im) => {
    for (let i = 1, j = 0; i < size; i++) {
      let bit = size >> 1
      for (; j & bit; bit >>= 1) j ^= bit
      j ^= bit
      if (i < j) {
        ;[re[i], re[j]] = [re[j]!, re[i]!]
        ;[im[i], im[j]] = [im[j]!, im[i]!]
      }
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half)
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [a, b] = [start + k, start + k + half]
          const real = re[b]! * cos[k * stride]! - im[b]! * sin[k * stride]!
          const imaginary = re[b]! * sin[k * stride]! + im[b]! * cos[k * stride]!
          re[b] = re[a]! - real
          im[b] = im[a]! - imaginary
          re[a] = re[a]! + real
          im[a] = im[a]! + imaginary
        }
      }
    }
  }
}

const side = 128
const transform = fourier(side)

/** The grey centre of the picture, 128 x 128, minus its mean. */
function greyMiddle({ pixels, height, width }: Picture): Float64Array {
  const [top, left] = [(height - side) / 2, (width - side) / 2]
  const grey = new Float64Array(side * side)
  for (let i = 0; i < grey.length; i++) {
    const from = 3 * ((top + Math.floor(i / side)) * width + left + (i % side))
    grey[i] = 0.299 * pixels[from]! + 0.587 * pixels[from + 1]! + 0.114 * pixels[from + 2]!
  }
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length
  return grey.map((value) => value - mean)
}

/**
 * Power of the picture's grey centre in square rings of the frequency plane. Ring k has the frequencies with
 * bands[k] <= max(|fx|, |fy|) < bands[k + 1], as in tools/goldens/corruptions/make.py.
 */
export function ringPower(picture: Picture, bands: readonly number[]): number[] {
  const re = greyMiddle(picture)
  const im = new Float64Array(re.length)
  for (let at = 0; at < re.length; at += side)
    transform(re.subarray(at, at + side), im.subarray(at, at + side))
  const rings = new Array<number>(bands.length - 1).fill(0)
  const columnRe = new Float64Array(side)
  const columnIm = new Float64Array(side)
  for (let x = 0; x < side; x++) {
    for (let y = 0; y < side; y++) {
      columnRe[y] = re[y * side + x]!
      columnIm[y] = im[y * side + x]!
    }
    transform(columnRe, columnIm)
    for (let y = 0; y < side; y++) {
      const frequency = Math.max(Math.min(x, side - x), Math.min(y, side - y))
      const ring = bands.findLastIndex((edge) => frequency >= edge)
      if (ring >= 0 && ring < rings.length) rings[ring]! += columnRe[y]! ** 2 + columnIm[y]! ** 2
    }
  }
  return rings.map((power) => power / side ** 4)
}
