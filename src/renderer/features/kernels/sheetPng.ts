import { isDiverging } from '#shared/colour/list.ts'
import { lut } from '#shared/colour/maps.ts'
import { significant } from '../../lib/format.ts'
import { atlasColumns, channelLimits, paintTiles, type KernelSheet, type Painting } from './paint.ts'

/** A sheet of kernels for a file. */
export interface DrawnSheet {
  title: string
  sheet: KernelSheet
  painting: Painting
  order: readonly number[]
}

/** Lengths in the file, in pixels. */
const gap = 4
const margin = 24
const heading = 56
const bar = 44

/**
 * Sheets side by side on white, each with its title and colour bar, as PNG. A weight is a square of whole pixels, equal
 * in all sheets, so that kernels can be compared.
 */
export async function sheetsPng(sheets: readonly DrawnSheet[]): Promise<Blob> {
  const largest = Math.max(...sheets.map(({ sheet }) => sheet.kernel))
  const scale = Math.max(1, Math.min(8, Math.floor(128 / largest)))
  const boxes = sheets.map(({ sheet }) => {
    const columns = Math.max(1, Math.round(Math.sqrt(sheet.channels)))
    const step = sheet.kernel * scale + gap
    const rows = Math.ceil(sheet.channels / columns)
    return { columns, step, width: Math.max(360, columns * step - gap), height: rows * step - gap }
  })
  const width = boxes.reduce((sum, box) => sum + box.width + margin, margin)
  const height = Math.max(...boxes.map((box) => box.height)) + heading + bar + 2 * margin
  const surface = new OffscreenCanvas(width, height)
  const context = surface.getContext('2d')
  if (!context) throw new Error('the canvas gives no context')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  let left = margin
  for (const [place, drawn] of sheets.entries()) {
    const box = boxes[place]
    if (!box) continue
    drawSheet(context, drawn, { ...box, left, scale })
    left += box.width + margin
  }
  return surface.convertToBlob({ type: 'image/png' })
}

interface Box {
  columns: number
  step: number
  width: number
  height: number
  left: number
  scale: number
}

function drawSheet(
  context: OffscreenCanvasRenderingContext2D,
  { title, sheet, painting, order }: DrawnSheet,
  { columns, step, width, height, left, scale }: Box,
): void {
  context.fillStyle = '#000000'
  context.font = '600 24px "Inter Variable", sans-serif'
  context.fillText(title, left, margin + 24, width)
  const limits = channelLimits(sheet, painting)
  const atlas = paintTiles(sheet, painting.map, limits)
  const tiles = new OffscreenCanvas(atlas.width, atlas.height)
  tiles.getContext('2d')?.putImageData(new ImageData(atlas.pixels, atlas.width, atlas.height), 0, 0)
  context.imageSmoothingEnabled = false
  const side = sheet.kernel * scale
  for (const [place, channel] of order.entries()) {
    const [x, y] = [
      (channel % atlasColumns) * sheet.kernel,
      Math.floor(channel / atlasColumns) * sheet.kernel,
    ]
    const at = [
      left + (place % columns) * step,
      margin + heading + Math.floor(place / columns) * step,
    ] as const
    context.drawImage(tiles, x, y, sheet.kernel, sheet.kernel, ...at, side, side)
  }
  if (painting.range === 'own' && painting.limit === undefined) return
  drawBar(context, painting, limits[0] ?? 0, {
    left,
    top: margin + heading + height + 14,
    width: Math.min(width, 480),
  })
}

function drawBar(
  context: OffscreenCanvasRenderingContext2D,
  { map }: Painting,
  limit: number,
  { left, top, width }: { left: number; top: number; width: number },
): void {
  const table = lut(map)
  const texts = [isDiverging(map) ? `−${significant(limit, 3)}` : '0', significant(limit, 3)] as const
  context.font = '20px "Inter Variable", sans-serif'
  const [before, after] = texts.map((text) => context.measureText(text).width + 10)
  const inner = width - (before ?? 0) - (after ?? 0)
  for (let at = 0; at < inner; at++) {
    const colour = 3 * Math.round((255 * at) / Math.max(1, inner - 1))
    context.fillStyle = `rgb(${table[colour]} ${table[colour + 1]} ${table[colour + 2]})`
    context.fillRect(left + (before ?? 0) + at, top, 1.5, 18)
  }
  context.fillStyle = '#000000'
  context.fillText(texts[0], left, top + 16)
  context.fillText(texts[1], left + width - (after ?? 0) + 10, top + 16)
}
