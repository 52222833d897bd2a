import { crc32, deflateSync } from 'node:zlib'
import { cellRange, colourStops } from '#shared/figures/cellRange.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { cellMap, type FigureTheme } from '#shared/figures/theme.ts'

const shades = 255

/** Least pixels of the longer side of the picture, so that cells keep sharp edges in viewers that smooth pictures. */
const leastSide = 1200

/**
 * Encodes the cells of a heatmap as a PNG with a palette. All cells are squares with the same number of pixels; cells
 * without a value are white. The same cells give the same bytes.
 */
export function cellsPng(cells: NonNullable<FigureSpec['cells']>, theme: FigureTheme): Buffer {
  const [columns, rows] = [cells.columns.length, cells.rows.length]
  const { min, max } = cellRange(cells)
  const colours = colourStops(cellMap(cells.map, theme), shades)
  const scale = Math.max(1, Math.min(32, Math.ceil(leastSide / Math.max(1, columns, rows))))
  const width = columns * scale
  const stride = width + 1
  const pixels = Buffer.alloc(stride * rows * scale)
  for (let row = 0; row < rows; row++) {
    const first = row * scale * stride
    for (let column = 0; column < columns; column++) {
      const value = cells.values[row * columns + column] ?? null
      const shade =
        value === null || !Number.isFinite(value)
          ? shades
          : Math.min(shades - 1, Math.max(0, Math.round(((value - min) / (max - min)) * (shades - 1))))
      pixels.fill(shade, first + 1 + column * scale, first + 1 + (column + 1) * scale)
    }
    for (let copy = 1; copy < scale; copy++) pixels.copyWithin(first + copy * stride, first, first + stride)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(rows * scale, 4)
  // 8 bits, palette, no interlace.
  header.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.from([...colours, '#ffffff'].map((hex) => hex.slice(1)).join(''), 'hex')
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(pixels, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
