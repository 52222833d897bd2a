import sharp from 'sharp'
import { KernelscopeError } from '#shared/errors.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'
import { renderSvg, type SvgOptions } from './svg.ts'

/** More pixels than this take gigabytes while they are drawn. */
const mostPixels = 150e6

/** A figure as PNG of widthInches x dpi pixels, its resolution written into the file. */
export async function renderPng(
  spec: FigureSpec,
  theme: FigureTheme,
  options: Omit<SvgOptions, 'text'> & { dpi: number },
): Promise<Buffer> {
  const width = Math.round(options.widthInches * options.dpi)
  const height = Math.round(options.heightInches * options.dpi)
  if (width * height > mostPixels)
    throw new KernelscopeError(
      'UNSUPPORTED',
      `invalid dpi: ${options.dpi} gives ${width} x ${height} pixels`,
      {
        hint: 'Lower dpi or width, or write SVG.',
      },
    )
  const svg = Buffer.from(renderSvg(spec, theme, { ...options, text: 'outlines' }))
  return await sharp(svg, { density: options.dpi, limitInputPixels: false })
    .resize(width, height, { fit: 'fill' })
    .withMetadata({ density: options.dpi })
    .png({ compressionLevel: 9, palette: false })
    .toBuffer()
}
