import type { ContributionArea, DataTable, ReceptiveFieldResult } from '#shared/contract/index.ts'

/** A rectangle of cells: first row and column, height and width. */
export interface Square {
  row: number
  column: number
  height: number
  width: number
}

/**
 * The centred square that holds a share of the contributions: rows and columns within a radius of the centre cell (half
 * the size, rounded down), cut at the edges of the map. null where no square holds the share.
 */
export function squareOf(
  areas: readonly ContributionArea[],
  threshold: number,
  [rows, columns]: readonly [number, number],
): Square | null {
  const area = areas.find((one) => one.definition === 'contribution' && one.threshold === threshold)
  if (area?.side == null) return null
  // A side is even where the edge of the map has cut the square by one cell.
  const radius = Math.floor(area.side / 2)
  const cut = (size: number) => {
    const centre = Math.floor(size / 2)
    const first = Math.max(0, centre - radius)
    return { first, length: Math.min(size, centre + radius + 1) - first }
  }
  const [down, across] = [cut(rows), cut(columns)]
  return { row: down.first, column: across.first, height: down.length, width: across.length }
}

/** The areas as a table for a file, one row per share and definition. */
export const areaTable = (
  { areas, point, images, size }: ReceptiveFieldResult,
  model: string,
): DataTable => ({
  id: 'areas',
  title: `High-contribution areas of ${model}`,
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'point', title: 'Seen from', kind: 'text' },
    { key: 'images', title: 'Images', kind: 'integer' },
    { key: 'input', title: 'Input', kind: 'text' },
    { key: 'definition', title: 'Definition', kind: 'text' },
    { key: 'threshold', title: 'Share', kind: 'fraction' },
    { key: 'side', title: 'Side, px', kind: 'integer' },
    { key: 'ratio', title: 'Area', kind: 'fraction' },
  ],
  rows: areas.map(({ definition, threshold, side, ratio }) => ({
    model,
    point: point.title,
    images,
    input: `${size[1]}x${size[0]}`,
    definition,
    threshold,
    side,
    ratio,
  })),
})
