import PDFDocument from 'pdfkit'
import type { Sheet } from '../sheet.ts'
import { renderSvg } from '../svg.ts'
import { typeface } from '../typeface.ts'
import { readMarkup } from './markup.ts'
import { fontName, Painter } from './paint.ts'

/** Fixed, so that the same figure always has the same bytes. */
const creationDate = new Date('2000-01-01T00:00:00Z')

/**
 * Renders a sheet as a PDF with one page of its exact size: vector graphics, text as text, with the used glyphs
 * embedded. The same input gives the same bytes.
 *
 * @throws INTERNAL where the figure's SVG has something that cannot be written as PDF
 */
export async function renderPdf(sheet: Sheet): Promise<Buffer> {
  const size: [number, number] = [sheet.width, sheet.height]
  const document = new PDFDocument({
    size,
    margin: 0,
    pdfVersion: '1.5',
    info: {
      Title: sheet.title,
      Subject: sheet.alt,
      Creator: 'Kernelscope',
      Producer: 'Kernelscope',
      CreationDate: creationDate,
    },
  })
  const pages = collected(document)
  for (const name of ['sans', 'serif'] as const) {
    const { family, faces } = typeface(name)
    document.registerFont(fontName(family, false), faces.regular.unpacked)
    document.registerFont(fontName(family, true), faces.semibold.unpacked)
  }
  const svg = readMarkup(renderSvg(sheet, { text: 'bare' }))
  const [, , unitsAcross = sheet.width] = (svg.attributes['viewBox'] ?? '').split(' ').map(Number)
  document.scale(sheet.width / unitsAcross)
  new Painter(document, svg).draw(svg)
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
