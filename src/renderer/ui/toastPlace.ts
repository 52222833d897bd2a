/** Corners of the window for messages, the preferred first. */
export const corners = ['bottom-right', 'bottom-left', 'top-left', 'top-right'] as const
export type Corner = (typeof corners)[number]

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** Distance of messages from the edges of the window, in pixels. */
const margin = 16

/**
 * The first corner of a window in which messages of a size cover none of the boxes; where there is none, the one in which they cover
 * least. Sizes and boxes in pixels.
 */
export function cornerFor(
  window: { width: number; height: number },
  size: { width: number; height: number },
  boxes: readonly Box[],
): Corner {
  const covered = corners.map((corner) => {
    const own = boxIn(corner, window, size)
    return { corner, area: boxes.reduce((sum, box) => sum + overlap(own, box), 0) }
  })
  return covered.reduce((best, next) => (next.area < best.area ? next : best)).corner
}

function boxIn(
  corner: Corner,
  { width, height }: { width: number; height: number },
  size: { width: number; height: number },
): Box {
  const left = corner.endsWith('left') ? margin : width - margin - size.width
  const top = corner.startsWith('top') ? margin : height - margin - size.height
  return { left, top, right: left + size.width, bottom: top + size.height }
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))
