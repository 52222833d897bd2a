/** Thresholds of RepLKNet's table of high-contribution areas. */
export const contributionThresholds = [0.2, 0.3, 0.5, 0.99] as const

/**
 * contribution: shares of the contributions themselves; squares from one pixel on, whose share reaches the threshold.
 * published: RepLKNet's analyze_erf.py: shares of log10(x + 1); squares from 3 pixels on that stay inside the map,
 * whose share exceeds the threshold.
 */
type AreaDefinition = 'contribution' | 'published'

/** The smallest centred square that holds a given share of all contributions. */
export interface ContributionArea {
  threshold: number
  /** Side in pixels; where the map cuts the square, its longer side. null where no square holds the share. */
  side: number | null
  /** Area of the square divided by the area of the map. */
  ratio: number | null
}

interface AreaOptions {
  thresholds?: readonly number[]
  definition?: AreaDefinition
}

/**
 * High-contribution areas of an effective receptive field (Ding et al. 2022, section 5): for each threshold the side
 * and area of the smallest square around the centre that holds at least that share. `map` [rows, columns]. A map of
 * zeros has no such square; its sides are null.
 */
export function contributionAreas(
  map: ArrayLike<number>,
  size: readonly [number, number],
  options: AreaOptions = {},
): ContributionArea[] {
  const published = options.definition === 'published'
  const rings = ringSums(map, size, published ? (value) => Math.log10(value + 1) : (value) => value)
  return areasOfRings(rings, size, options)
}

/**
 * Sums of the contributions of a map [rows, columns] over the square rings around its centre pixel, from the centre
 * outwards.
 */
export const contributionRings = (map: ArrayLike<number>, size: readonly [number, number]): number[] =>
  ringSums(map, size, (value) => value)

/** As `contributionAreas`, from the rings of a map. The published definition needs the rings of log10(x + 1). */
export function areasOfRings(
  rings: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  { thresholds = contributionThresholds, definition = 'contribution' }: AreaOptions = {},
): ContributionArea[] {
  const published = definition === 'published'
  const total = Array.from(rings).reduce((sum, ring) => sum + ring, 0)
  if (!(total > 0)) return []
  const [smallest, largest] = published ? [1, Math.floor(rows / 2) - 1] : [0, rings.length - 1]
  const enough = (held: number, threshold: number) =>
    published ? held / total > threshold : held >= threshold * total
  return thresholds.map((threshold) => {
    let held = 0
    for (let radius = 0; radius <= largest; radius++) {
      held += rings[radius] ?? 0
      // The last ring holds everything, whatever rounding says.
      const complete = !published && radius === largest
      if (radius >= smallest && (complete || enough(held, threshold))) {
        const [height, width] = [within(radius, rows), within(radius, columns)]
        return { threshold, side: Math.max(height, width), ratio: (height * width) / (rows * columns) }
      }
    }
    return { threshold, side: null, ratio: null }
  })
}

/** Length along one axis of a centred square of a given radius, inside the map. */
function within(radius: number, size: number): number {
  const centre = Math.floor(size / 2)
  return Math.min(size, centre + radius + 1) - Math.max(0, centre - radius)
}

/** Sum of the map over each square ring around the centre pixel. */
function ringSums(
  map: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  scale: (value: number) => number,
): number[] {
  const [middle, across] = [Math.floor(rows / 2), Math.floor(columns / 2)]
  const sums = new Array<number>(Math.max(middle, across) + 1).fill(0)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const ring = Math.max(Math.abs(row - middle), Math.abs(column - across))
      sums[ring] = (sums[ring] ?? 0) + scale(map[row * columns + column] ?? 0)
    }
  return sums
}

/**
 * The map as it is shown, in [0,1]: log10(9 x + 1), where x is the contribution divided by the largest contribution.
 */
export function contributionPicture(map: ArrayLike<number>): Float32Array {
  let largest = 0
  for (let at = 0; at < map.length; at++) largest = Math.max(largest, map[at] ?? 0)
  const scale = largest > 0 ? 9 / largest : 0
  return Float32Array.from(map, (value) => Math.log10(value * scale + 1))
}
