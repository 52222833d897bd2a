import { blurWith, borderIndex, symmetricWeights } from '../../filters/blur.ts'
import { lengthScale, toPicture, type Levels } from '../../filters/levels.ts'
import type { Picture } from '../../picture.ts'
import { at, type Corrupt, type Severities } from './types.ts'

/** Radius of the disk, and sigma of the small Gaussian that softens its edge. */
const disks: Severities<readonly [number, number]> = [
  [3, 0.1],
  [4, 0.5],
  [6, 0.5],
  [8, 0.5],
  [10, 0.5],
]

/** Mean over the pixels whose distance is at most `radius`; border mirrored. Each row of the disk is one difference of sums. */
function diskMean({ pixels, height, width }: Picture, radius: number): Levels {
  const reach = Math.floor(radius)
  const halves = Array.from({ length: reach + 1 }, (_, dy) =>
    Math.floor(Math.sqrt(radius * radius - dy * dy)),
  )
  const count = halves.reduce((sum, half, dy) => sum + (dy === 0 ? 1 : 2) * (2 * half + 1), 0)
  // Sums along every row, from `reach` pixels before it to `reach` after it.
  const stride = (width + 2 * reach + 1) * 3
  const sums = new Int32Array(height * stride)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width + 2 * reach; x++) {
      const from = (y * width + borderIndex(x - reach, width, 'mirror')) * 3
      const to = y * stride + x * 3
      for (let c = 0; c < 3; c++) sums[to + 3 + c] = sums[to + c]! + pixels[from + c]!
    }
  }
  const values = new Float32Array(pixels.length)
  const totals = new Int32Array(width * 3)
  for (let y = 0; y < height; y++) {
    totals.fill(0)
    for (let dy = -reach; dy <= reach; dy++) {
      const half = halves[Math.abs(dy)]!
      const row = borderIndex(y + dy, height, 'mirror') * stride
      const start = row + (reach - half) * 3
      const end = row + (reach + half + 1) * 3
      for (let i = 0; i < totals.length; i++) totals[i] = (totals[i]! + sums[end + i]! - sums[start + i]!) | 0
    }
    for (let i = 0; i < totals.length; i++) values[y * totals.length + i] = totals[i]! / count
  }
  return { values, height, width, channels: 3 }
}

/**
 * A disk whose edge is softened by a Gaussian of 3x3 (radius up to 8) or 5x5. The published code softens the kernel inside
 * its own square; softening the result instead differs only where the disk touches that square, by far less than a level.
 */
export const defocusBlur: Corrupt = (picture, severity) => {
  const [radius, alias] = at(disks, severity)
  const scale = lengthScale(picture)
  const soft = symmetricWeights(alias, radius <= 8 ? 1 : 2)
  return toPicture(blurWith(diskMean(picture, radius * scale), soft, 'mirror'))
}
