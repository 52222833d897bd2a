import sharp from 'sharp'
import { KernelscopeError } from '#shared/errors.ts'
import type { Sheet } from './sheet.ts'
import { renderSvg } from './svg.ts'

const pointsPerInch = 72

/** Largest number of pixels; rendering more takes gigabytes. */
const mostPixels = 150e6

/**
 * Renders a sheet as a PNG of width x dpi pixels, with its resolution in the file.
 *
 * @throws UNSUPPORTED where it would have more than 150 million pixels
 */
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
