import { parseCellRef, type CellRef } from '#shared/cellRef.ts'
import type { CellImages, StudyPoint } from '#shared/contract/index.ts'
import { formatValue } from '#shared/figures/format.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Client } from './client.ts'
import { formatTable } from './format.ts'

/** An image behind a point, with its value at the point; null where no value is stored. */
export interface PointRow {
  model: string
  key: string
  imageId: number
  image: string
  value: number | null
  unit: StudyPoint['unit']
}

/** The points of figures that stand for several images, in the order of the figures. */
export const pointKeys = (figures: readonly FigureSpec[]): CellRef[] =>
  figures.flatMap(({ series }) =>
    series.flatMap(({ points }) => points.flatMap(({ ref }) => parseCellRef(ref) ?? [])),
  )

/** All images behind a point, sorted by their values. */
export async function pointRows(
  client: Client,
  id: number,
  { modelId, model, key }: CellRef & { model: string },
  direction: 'largest' | 'smallest',
): Promise<PointRow[]> {
  const rows: PointRow[] = []
  let after: number | null = null
  do {
    const page: CellImages = await client.studies.flips({ id, modelId, key, direction, after, limit: 1000 })
    const unit = page.point?.unit ?? 'none'
    rows.push(
      ...page.rows.map((row) => ({ model, key, imageId: row.id, image: row.name, value: row.value, unit })),
    )
    after = page.next
  } while (after !== null)
  return rows
}

export const pointTable = (rows: readonly PointRow[]): string =>
  formatTable(
    [{ title: 'Model' }, { title: 'Key' }, { title: 'Image' }, { title: 'Value', right: true }],
    rows.map(({ model, key, image, value, unit }) => [model, key, image, formatValue({ unit }, value)]),
    'no images measured yet',
  )
