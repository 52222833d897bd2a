/** Thresholds of RepLKNet's table of high-contribution areas. */
export const contributionThresholds = [0.2, 0.3, 0.5, 0.99] as const

/** The smallest centred square that holds a share of all contributions. */
export interface ContributionArea {
  threshold: number
  /** Pixels. */
  side: number
  /** Area of the square over the area of the map. */
  ratio: number
}

/**
 * High-contribution areas of an effective receptive field (Ding et al. 2022, section 5): for each threshold the side and
 * area of the smallest square around the centre whose contributions sum to at least that share. `map` [side,side].
 * A map of zeros has no such square, and gives none.
 */
export function contributionAreas(
  map: ArrayLike<number>,
  side: number,
  thresholds: readonly number[] = contributionThresholds,
): ContributionArea[] {
  const rings = ringSums(map, side)
  const total = rings.reduce((sum, ring) => sum + ring, 0)
  if (!(total > 0)) return []
  const centre = Math.floor(side / 2)
  return thresholds.map((threshold) => {
    let held = 0
    let radius = 0
    while (radius < rings.length - 1 && held + (rings[radius] ?? 0) < threshold * total)
      held += rings[radius++] ?? 0
    const length = Math.min(side, centre + radius + 1) - Math.max(0, centre - radius)
    return { threshold, side: length, ratio: (length / side) ** 2 }
  })
}

/** Sum of the map over each square ring around the centre pixel. */
function ringSums(map: ArrayLike<number>, side: number): number[] {
  const centre = Math.floor(side / 2)
  const sums = new Array<number>(centre + 1).fill(0)
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const ring = Math.max(Math.abs(row - centre), Math.abs(column - centre))
      sums[ring] = (sums[ring] ?? 0) + (map[row * side + column] ?? 0)
    }
  return sums
}

/** The map as it is shown, in [0,1]: log10(9 x + 1) of x, the contributions over the largest of them. */
export function contributionPicture(map: ArrayLike<number>): Float32Array {
  let largest = 0
  for (let at = 0; at < map.length; at++) largest = Math.max(largest, map[at] ?? 0)
  const scale = largest > 0 ? 9 / largest : 0
  return Float32Array.from(map, (value) => Math.log10(value * scale + 1))
}
