import { borderIndex, symmetricWeights } from '../../filters/blur.ts'
import { lengthScale } from '../../filters/levels.ts'
import type { Picture } from '../../picture.ts'
import { accumulate, bytesAt, clearMemory, fill, floatsAt, place, toBytes } from '../../simd/rows.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Radius of the disk, and sigma of the Gaussian that softens its edge. */
const disks: Severities<readonly [number, number]> = [
  [3, 0.1],
  [4, 0.5],
  [6, 0.5],
  [8, 0.5],
  [10, 0.5],
]

/** A quadrant of a symmetric kernel: entry [dy][dx] for 0 <= dy, dx <= reach. */
type Quadrant = number[][]

/**
 * A disk with sum 1, softened by a Gaussian inside the square of half side `reach` with a mirrored border. Where the disk
 * touches the square, the mirrored border adds weight. The kernels of severities 4 and 5 sum to a little over 1, as
 * published.
 */
function softDisk(radius: number, reach: number, softness: Float64Array): Quadrant {
  const side = 2 * reach + 1
  const inside = (dy: number, dx: number) => dy * dy + dx * dx <= radius * radius
  const offsets = Array.from({ length: side }, (_, i) => i - reach)
  const count = offsets.reduce((sum, dy) => sum + offsets.filter((dx) => inside(dy, dx)).length, 0)
  const size = softness.length - 1
  const mirrored = (d: number) => borderIndex(d + reach, side, 'mirror') - reach
  const soft = (dy: number, dx: number) => {
    let sum = 0
    for (let i = -size; i <= size; i++) {
      for (let j = -size; j <= size; j++) {
        if (inside(mirrored(dy + i), mirrored(dx + j))) sum += softness[Math.abs(i)]! * softness[Math.abs(j)]!
      }
    }
    return sum / count
  }
  return Array.from({ length: reach + 1 }, (_, dy) =>
    Array.from({ length: reach + 1 }, (_, dx) => soft(dy, dx)),
  )
}

/** Prefix sums of each row, with `reach` mirrored pixels at both ends and a zero before them. */
function rowSums({ pixels, height, width }: Picture, reach: number, sums: Float32Array): void {
  const columns = Int32Array.from({ length: width + 2 * reach }, (_, x) =>
    borderIndex(x - reach, width, 'mirror'),
  )
  let to = 0
  for (let y = 0; y < height; y++) {
    let [red, green, blue] = [0, 0, 0]
    for (let x = 0; x <= columns.length; x++, to += 3) {
      sums[to] = red
      sums[to + 1] = green
      sums[to + 2] = blue
      const from = (y * width + (columns[x] ?? 0)) * 3
      red += pixels[from]!
      green += pixels[from + 1]!
      blue += pixels[from + 2]!
    }
  }
}

/** Boxes that add up to a row of the kernel: half width and height of each. A row is flat except at its edge: they are few. */
const boxes = (row: number[]) =>
  row
    .map((value, half) => ({ half, step: value - (row[half + 1] ?? 0) }))
    .filter(({ step }) => Math.abs(step) > 1e-9)

/** Filters a picture with the kernel. A box of any width takes one difference of prefix sums. */
function filtered(picture: Picture, kernel: Quadrant): Picture {
  const { height, width } = picture
  const reach = kernel.length - 1
  const stride = (width + 2 * reach + 1) * 3
  const length = width * 3
  clearMemory()
  const sums = place(height * stride)
  const totals = place(length)
  const bytes = place(height * length)
  rowSums(picture, reach, floatsAt(sums, height * stride))
  const rows = kernel.map(boxes)
  for (let y = 0; y < height; y++) {
    fill(totals, length, 0)
    rows.forEach((row, dy) => {
      const below = sums + 4 * stride * borderIndex(y + dy, height, 'mirror')
      const above = sums + 4 * stride * borderIndex(y - dy, height, 'mirror')
      for (const { half, step } of row) {
        const start = 12 * (reach - half)
        const end = 12 * (reach + half + 1)
        const twin = dy === 0 ? 0 : step
        accumulate(
          totals,
          length,
          below + end,
          below + start,
          above + end,
          above + start,
          step,
          -step,
          twin,
          -twin,
        )
      }
    })
    toBytes(bytes + y * length, totals, length)
  }
  return { pixels: bytesAt(bytes, height * length).slice(), height, width }
}

export const defocusBlur: CorruptionDefinition = {
  deterministic: true,
  parameters: [
    parameter('Radius of the disk', disks, ([radius]) => radius),
    parameter('Sigma of its edge', disks, ([, sigma]) => sigma),
  ],
  apply: (picture, severity) => {
    const [radius, alias] = at(disks, severity)
    const scale = lengthScale(picture)
    const reach = Math.ceil(Math.max(8, radius) * scale)
    const softness = symmetricWeights(alias, radius <= 8 ? 1 : 2)
    return filtered(picture, softDisk(radius * scale, reach, softness))
  },
}
