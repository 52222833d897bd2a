/** Tables K.1 and K.2 of ITU-T T.81, row by row. */
const luminance = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]
const chrominance = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
]

export interface StepSizes {
  luminance: Int32Array
  chrominance: Int32Array
}

const kept = new Map<number, StepSizes>()

/** Quantisation step sizes of the coefficients at a quality of 1 to 100: the standard's tables, scaled like libjpeg. */
export function stepSizes(quality: number): StepSizes {
  if (!(quality >= 1 && quality <= 100)) throw new RangeError(`invalid quality: ${quality}`)
  const known = kept.get(quality)
  if (known) return known
  const percent = quality < 50 ? Math.trunc(5000 / quality) : 200 - 2 * quality
  const scaled = (table: readonly number[]) =>
    Int32Array.from(table, (step) => Math.min(255, Math.max(1, Math.trunc((step * percent + 50) / 100))))
  const sizes = { luminance: scaled(luminance), chrominance: scaled(chrominance) }
  kept.set(quality, sizes)
  return sizes
}
