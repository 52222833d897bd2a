import PDFDocument from 'pdfkit'
import svgToPdf from 'svg-to-pdfkit'
import { KernelscopeError } from '#shared/errors.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'
import { renderSvg, type SvgOptions } from './svg.ts'
import { typeface } from './typeface.ts'

const pointsPerInch = 72

/** Fixed, so that the same figure has the same bytes on every day. */
const creationDate = new Date('2000-01-01T00:00:00Z')

/**
 * A figure as a PDF of one page with its exact size: vectors, text as text, the fonts embedded as far as they are used.
 * The same input gives the same bytes.
 */
export async function renderPdf(
  spec: FigureSpec,
  theme: FigureTheme,
  options: Omit<SvgOptions, 'text'>,
): Promise<Buffer> {
  const size: [number, number] = [options.widthInches * pointsPerInch, options.heightInches * pointsPerInch]
  const document = new PDFDocument({
    size,
    margin: 0,
    pdfVersion: '1.5',
    info: {
      Title: spec.title,
      Subject: spec.alt,
      Creator: 'Kernelscope',
      Producer: 'Kernelscope',
      CreationDate: creationDate,
    },
  })
  const pages = collected(document)
  for (const name of ['sans', 'serif'] as const) {
    const { family, faces } = typeface(name)
    document.registerFont(family, faces.regular.bytes)
    document.registerFont(`${family}-Bold`, faces.semibold.bytes)
  }
  svgToPdf(document, renderSvg(spec, theme, { ...options, text: 'bare' }), 0, 0, {
    width: size[0],
    height: size[1],
    preserveAspectRatio: 'xMinYMin meet',
    fontCallback: (family, bold) => (bold ? `${family}-Bold` : family),
    warningCallback: (warning) => {
      throw new KernelscopeError('INTERNAL', `cannot draw figure ${spec.id} as PDF: ${warning}`)
    },
  })
  document.end()
  return pages
}

function collected(document: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    document.on('data', (chunk: Buffer) => chunks.push(chunk))
    document.on('end', () => resolve(Buffer.concat(chunks)))
    document.on('error', reject)
  })
}
