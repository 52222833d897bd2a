import sharp from 'sharp'
import { KernelscopeError } from '#shared/errors.ts'
import type { Sheet } from './sheet.ts'
import { renderSvg } from './svg.ts'

const pointsPerInch = 72

/** More pixels than this take gigabytes while they are drawn. */
const mostPixels = 150e6

/** A sheet as PNG of width x dpi pixels, its resolution written into the file. */
export async function renderPng(sheet: Sheet, dpi: number): Promise<Buffer> {
  const width = Math.round((sheet.width / pointsPerInch) * dpi)
  const height = Math.round((sheet.height / pointsPerInch) * dpi)
  if (width * height > mostPixels)
    throw new KernelscopeError('UNSUPPORTED', `invalid dpi: ${dpi} gives ${width} x ${height} pixels`, {
      hint: 'Lower dpi or width, or write SVG.',
    })
  const svg = Buffer.from(renderSvg(sheet, { text: 'outlines' }))
  return await sharp(svg, { density: dpi, limitInputPixels: false })
    .resize(width, height, { fit: 'fill' })
    .withMetadata({ density: dpi })
    .png({ compressionLevel: 9, palette: false })
    .toBuffer()
}
