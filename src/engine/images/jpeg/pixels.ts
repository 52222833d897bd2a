import type { Picture } from '../picture.ts'
import type { SamplePlane, SamplePlanes } from './planes.ts'

const fixed = (value: number) => Math.round(value * 65536)
const half = 1 << 15
const [redOfRed, blueOfBlue] = [fixed(1.402), fixed(1.772)]
const [greenOfRed, greenOfBlue] = [fixed(0.71414), fixed(0.34414)]

/** Converts three planes to a picture like libjpeg's jdsample.c (fancy upsampling) and jdcolor.c. */
export function pixelsOf({ luma, blue, red }: SamplePlanes, height: number, width: number): Picture {
  const pixels = new Uint8ClampedArray(3 * height * width)
  const blues = new Uint8Array(width + 1)
  const reds = new Uint8Array(width + 1)
  for (let y = 0; y < height; y++) {
    upsampleRow(blue, y, height, width, blues)
    upsampleRow(red, y, height, width, reds)
    const row = y * luma.width
    for (let x = 0, i = 3 * y * width; x < width; x++, i += 3) {
      const level = luma.samples[row + x]!
      const b = blues[x]! - 128
      const r = reds[x]! - 128
      pixels[i] = level + ((redOfRed * r + half) >> 16)
      pixels[i + 1] = level + ((half - greenOfBlue * b - greenOfRed * r) >> 16)
      pixels[i + 2] = level + ((blueOfBlue * b + half) >> 16)
    }
  }
  return { pixels: new Uint8Array(pixels.buffer), height, width }
}

/** Row y at full width: weight 3/4 for the nearer sample and 1/4 for the farther one, in both directions. */
function upsampleRow(plane: SamplePlane, y: number, height: number, width: number, out: Uint8Array): void {
  const { samples } = plane
  const columns = Math.ceil(width / 2)
  const own = y >> 1
  const near = own * plane.width
  // libjpeg repeats the samples of very narrow pictures.
  if (columns <= 2) {
    for (let x = 0; x < width; x++) out[x] = samples[near + (x >> 1)]!
    return
  }
  const other = Math.min(Math.ceil(height / 2) - 1, Math.max(0, y & 1 ? own + 1 : own - 1))
  const far = other * plane.width
  let before = 0
  let here = 3 * samples[near]! + samples[far]!
  for (let x = 0; x < columns; x++) {
    const last = x === columns - 1
    const after = last ? 0 : 3 * samples[near + x + 1]! + samples[far + x + 1]!
    out[2 * x] = x === 0 ? (4 * here + 8) >> 4 : (3 * here + before + 8) >> 4
    out[2 * x + 1] = last ? (4 * here + 7) >> 4 : (3 * here + after + 7) >> 4
    before = here
    here = after
  }
}
