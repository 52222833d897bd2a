/** A rectangle in the unit of the drawing; y grows downwards. */
export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

/** Reference lines that share a label, with the size of the label as it is written along the x axis. */
export interface ReferenceLine {
  /** x: vertical lines between these x; y: horizontal lines between these y. */
  axis: 'x' | 'y'
  from: number
  to: number
  width: number
  height: number
}

/** Places beside a horizontal line, as shares of the free length. The right end is first, where a reader looks. */
const along = [1, 0, 0.5, 0.75, 0.25, 0.9, 0.1, 0.6, 0.4, 0.8, 0.2, 0.7, 0.3]

/**
 * Boxes for the labels of reference lines: beside their lines, inside the plot, where they cover the fewest points of
 * the data and no other label. Labels of vertical lines are upright. null where a label finds no free place.
 *
 * @param points of the data, as dense as they are to be kept free
 * @param taken by other labels
 */
export function placeReferences(
  lines: readonly ReferenceLine[],
  plot: Rect,
  points: readonly (readonly [number, number])[],
  taken: readonly Rect[] = [],
): (Rect | null)[] {
  const placed = [...taken]
  return lines.map((line) => {
    let best: { box: Rect; cost: number } | null = null
    for (const box of candidates(line, plot)) {
      if (!inside(box, plot) || placed.some((other) => overlap(box, other))) continue
      const crossed = lines.filter((other) => other !== line && crosses(other, box)).length
      const cost = crossed * 20 + points.filter(([x, y]) => holds(box, x, y)).length
      if (best === null || cost < best.cost) best = { box, cost }
    }
    if (best) placed.push(best.box)
    return best?.box ?? null
  })
}

function candidates({ axis, from, to, width, height }: ReferenceLine, plot: Rect): Rect[] {
  if (axis === 'y')
    return along.flatMap((share) => {
      const x = plot.x + share * (plot.width - width)
      return [from - height, to].map((y) => ({ x, y, width, height }))
    })
  // The text runs upwards, so its sides change places.
  return along.flatMap((share) => {
    const y = plot.y + (1 - share) * (plot.height - width)
    return [from - height, to].map((x) => ({ x, y, width: height, height: width }))
  })
}

/** Whether two rectangles share an area. */
export const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

const inside = (box: Rect, plot: Rect): boolean =>
  box.x >= plot.x - 0.01 &&
  box.y >= plot.y - 0.01 &&
  box.x + box.width <= plot.x + plot.width + 0.01 &&
  box.y + box.height <= plot.y + plot.height + 0.01

const crosses = ({ axis, from, to }: ReferenceLine, box: Rect): boolean =>
  axis === 'x' ? to > box.x && from < box.x + box.width : to > box.y && from < box.y + box.height

const holds = (box: Rect, x: number, y: number): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height

/** Points along the straight lines between neighbours, no farther apart than `gap`. */
export function sampled(
  line: readonly (readonly [number, number])[],
  gap: number,
): (readonly [number, number])[] {
  return line.flatMap(([x, y], at) => {
    const [nextX, nextY] = line[at + 1] ?? [x, y]
    const count = Math.max(1, Math.ceil(Math.hypot(nextX - x, nextY - y) / gap))
    return Array.from(
      { length: count },
      (_, k) => [x + ((nextX - x) * k) / count, y + ((nextY - y) * k) / count] as const,
    )
  })
}
