import type { Picture } from '../picture.ts'

/** 8-bit samples [height, width], both multiples of 8. The samples outside the picture repeat its edge. */
export interface SamplePlane {
  samples: Uint8ClampedArray
  width: number
  height: number
}

export interface SamplePlanes {
  luma: SamplePlane
  /** Blue and red colour difference, at half the size in both directions. */
  blue: SamplePlane
  red: SamplePlane
}

const inBlocks = (length: number) => 8 * Math.ceil(length / 8)
const fixed = (value: number) => Math.round(value * 65536)

const [yr, yg, yb] = [fixed(0.299), fixed(0.587), fixed(0.114)]
const [br, bg] = [fixed(0.16874), fixed(0.33126)]
const [rg, rb] = [fixed(0.41869), fixed(0.08131)]
const half = 1 << 15
/** 128 plus the rounding of libjpeg, which is just under a half. */
const middle = (128 << 16) + half - 1

/** Luma, and colour differences at half the size, of a picture; like libjpeg's jccolor.c and jcsample.c. */
export function planesOf(picture: Picture): SamplePlanes {
  const { height, width } = picture
  const plane = (h: number, w: number): SamplePlane => ({
    samples: new Uint8ClampedArray(inBlocks(h) * inBlocks(w)),
    height: inBlocks(h),
    width: inBlocks(w),
  })
  const [down, across] = [Math.ceil(height / 2), Math.ceil(width / 2)]
  const planes = { luma: plane(height, width), blue: plane(down, across), red: plane(down, across) }
  fillLuma(picture, planes.luma)
  fillDifferences(picture, planes)
  return planes
}

function fillLuma({ pixels, height, width }: Picture, luma: SamplePlane): void {
  for (let y = 0; y < height; y++) {
    const row = y * luma.width
    for (let x = 0, i = 3 * y * width; x < width; x++, i += 3)
      luma.samples[row + x] = (yr * pixels[i]! + yg * pixels[i + 1]! + yb * pixels[i + 2]! + half) >> 16
    luma.samples.fill(luma.samples[row + width - 1]!, row + width, row + luma.width)
  }
  repeatLastRow(luma, height)
}

/** Each sample is the mean of four differences, rounded down and up in turn along a row. */
function fillDifferences({ pixels, height, width }: Picture, { blue, red }: SamplePlanes): void {
  const rows = Math.ceil(height / 2)
  for (let y = 0; y < rows; y++) {
    const upper = 6 * y * width
    const lower = 3 * Math.min(2 * y + 1, height - 1) * width
    for (let x = 0, bias = 1; x < blue.width; x++, bias ^= 3) {
      const left = 3 * Math.min(2 * x, width - 1)
      const right = 3 * Math.min(2 * x + 1, width - 1)
      const [a, b, c, d] = [upper + left, upper + right, lower + left, lower + right]
      const blues = blueAt(pixels, a) + blueAt(pixels, b) + blueAt(pixels, c) + blueAt(pixels, d)
      const reds = redAt(pixels, a) + redAt(pixels, b) + redAt(pixels, c) + redAt(pixels, d)
      blue.samples[y * blue.width + x] = (blues + bias) >> 2
      red.samples[y * red.width + x] = (reds + bias) >> 2
    }
  }
  repeatLastRow(blue, rows)
  repeatLastRow(red, rows)
}

const blueAt = (pixels: Uint8Array, i: number) =>
  ((pixels[i + 2]! << 15) - br * pixels[i]! - bg * pixels[i + 1]! + middle) >> 16
const redAt = (pixels: Uint8Array, i: number) =>
  ((pixels[i]! << 15) - rg * pixels[i + 1]! - rb * pixels[i + 2]! + middle) >> 16

function repeatLastRow({ samples, width, height }: SamplePlane, rows: number): void {
  for (let y = rows; y < height; y++) samples.copyWithin(y * width, (rows - 1) * width, rows * width)
}
