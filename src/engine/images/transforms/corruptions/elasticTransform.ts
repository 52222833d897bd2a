import { lengthScale, toLevels, toPicture } from '../../filters/levels.ts'
import { smoothNoise } from '../../filters/smoothNoise.ts'
import { affine, affineThrough, warp } from '../../filters/warp.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** The published numbers are multiples of 244, where 224 was meant. */
const unit = 244
/** Strength and sigma of the displacement, and largest shift of a corner by the affine map, in pixels. */
const elastics: Severities<readonly [number, number, number]> = [
  [2 * unit, 0.7 * unit, 0.1 * unit],
  [2 * unit, 0.08 * unit, 0.2 * unit],
  [0.05 * unit, 0.01 * unit, 0.02 * unit],
  [0.07 * unit, 0.01 * unit, 0.02 * unit],
  [0.12 * unit, 0.01 * unit, 0.02 * unit],
]

/** A random affine map, then a displacement by smoothed noise (Simard et al. 2003). */
export const elasticTransform: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Strength', elastics, ([strength]) => strength),
    parameter('Sigma', elastics, ([, sigma]) => sigma),
    parameter('Shift of the corners', elastics, ([, , shift]) => shift),
  ],
  apply: (picture, severity, random) => {
    const scale = lengthScale(picture)
    const [strength, sigma, shift] = at(elastics, severity).map((length) => length * scale) as [
      number,
      number,
      number,
    ]
    const { height, width } = picture
    // The published code takes (row, column) for (x, y) here. For a square both are the same centre.
    const [cx, cy] = [Math.floor(width / 2), Math.floor(height / 2)]
    const side = Math.floor(Math.min(height, width) / 3)
    const corners: [number, number][] = [
      [cx + side, cy + side],
      [cx + side, cy - side],
      [cx - side, cy - side],
    ]
    const jitter = () => shift * (2 * random.uniform() - 1)
    const moved = corners.map(([x, y]): [number, number] => [x + jitter(), y + jitter()])
    const tilted = warp(toLevels(picture), 'mirror', affine(affineThrough(moved, corners)))
    const dx = smoothNoise(height, width, sigma, 3, random)
    const dy = smoothNoise(height, width, sigma, 3, random)
    const bent = warp(tilted, 'symmetric', (x, y, place) => {
      const i = y * width + x
      place[0] = x + strength * dx[i]!
      place[1] = y + strength * dy[i]!
    })
    return toPicture(bent)
  },
}
