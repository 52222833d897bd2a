import type { Move } from '../../ui/keys/viewKeys.ts'

/** Positions of the tiles of a sheet, in CSS pixels. */
export interface SheetLayout {
  columns: number
  rows: number
  /** Side of a tile, without the gap. */
  tile: number
  gap: number
  /** Height of the whole sheet, visible or not. */
  height: number
}

interface LayoutInput {
  channels: number
  kernel: number
  width: number
  /** Pixels per weight. 'fit' chooses the largest number, from 1 on, at which every channel is visible at once. */
  zoom: number | 'fit'
  viewHeight: number
  gap?: number
}

export function sheetLayout({
  channels,
  kernel,
  width,
  zoom,
  viewHeight,
  gap = 3,
}: LayoutInput): SheetLayout {
  if (zoom === 'fit') {
    for (const size of [6, 5, 4, 3, 2, 1.5, 1]) {
      const layout = sheetLayout({ channels, kernel, width, zoom: size, viewHeight, gap: size < 2 ? 2 : gap })
      if (layout.height <= viewHeight || size === 1) return layout
    }
  }
  const tile = Math.max(4, Math.round(kernel * (zoom === 'fit' ? 1 : zoom)))
  const columns = Math.max(1, Math.floor((width + gap) / (tile + gap)))
  const rows = Math.ceil(channels / columns)
  return { columns, rows, tile, gap, height: Math.max(0, rows * (tile + gap) - gap) }
}

/** Rows of a sheet that are painted on one canvas. */
export interface Band {
  /** First row. */
  from: number
  rows: number
}

/** The bands of about `bandHeight` pixels that overlap the visible part of the sheet, and one more on each side. */
export function bandsOf(
  { rows, tile, gap }: SheetLayout,
  scrollTop: number,
  viewHeight: number,
  bandHeight = 512,
): Band[] {
  const step = tile + gap
  const size = Math.max(1, Math.floor(bandHeight / step))
  const first = Math.max(0, Math.floor(scrollTop / step / size) - 1)
  const last = Math.min(Math.ceil(rows / size) - 1, Math.floor((scrollTop + viewHeight) / step / size) + 1)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const from = (first + i) * size
    return { from, rows: Math.min(size, rows - from) }
  })
}

/** Left and top of the tile at an index. */
export function placeAt({ columns, tile, gap }: SheetLayout, place: number): { x: number; y: number } {
  const step = tile + gap
  return { x: (place % columns) * step, y: Math.floor(place / columns) * step }
}

/** Index of the tile under a point of the sheet; null between tiles and after the last one. */
export function placeUnder(
  { columns, tile, gap }: SheetLayout,
  x: number,
  y: number,
  channels: number,
): number | null {
  const step = tile + gap
  const column = Math.floor(x / step)
  const row = Math.floor(y / step)
  if (x < 0 || y < 0 || column >= columns || x - column * step >= tile || y - row * step >= tile) return null
  const place = row * columns + column
  return place < channels ? place : null
}

/** The index that a move leads to, kept inside the sheet. */
export function movedPlace(
  move: Move,
  place: number,
  { columns }: SheetLayout,
  channels: number,
  page = 5,
): number {
  const steps: Record<Move, number> = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    pageUp: -page * columns,
    pageDown: page * columns,
    first: -Infinity,
    last: Infinity,
  }
  const step = steps[move]
  const next = place + step
  if (Math.abs(step) === columns && (next < 0 || next >= channels)) return place
  return Math.max(0, Math.min(channels - 1, next))
}
