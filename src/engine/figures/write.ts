import type { FigureFormat } from '#shared/contract/index.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import { composedCaption, panelSpecs, type Composition } from '#shared/figures/compose/index.ts'
import { tableToCsv } from '#shared/figures/csv.ts'
import { latexLabel, latexText } from '#shared/figures/latexText.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { composedTable, specToTable } from '#shared/figures/table.ts'
import type { FigureOptions } from './drawing.ts'
import type { WrittenFile } from '../base/wholeFile.ts'
import { writeSet, type Folder } from './file.ts'
import type { Press } from './press.ts'

/**
 * Writes a figure in each format into a folder, as `<id>.<format>`, whole or not at all. Exported figures always have
 * the paper theme. The same spec and options give the same bytes.
 *
 * @param draw of a press
 * @param provenance data, seeds, models and versions, for the draft of the caption
 */
export async function writeFigure(
  draw: Press['draw'],
  spec: FigureSpec,
  formats: readonly FigureFormat[],
  folder: Folder,
  options: FigureOptions,
  provenance: readonly string[] = [],
): Promise<WrittenFile[]> {
  return writeAll(formats, folder, spec.id, (format) => {
    if (format === 'csv') return tableToCsv(specToTable(spec))
    if (format === 'json') return json(spec)
    if (format === 'txt') return `${figureCaption(spec, provenance)}\n`
    if (format === 'tex') return latexCaption(figureCaption(spec, provenance), spec.id)
    return draw({ subject: { kind: 'figure', spec, options }, format, dpi: options.dpi })
  })
}

/**
 * Writes a composed figure whose panels carry their data, named by its title.
 *
 * @param provenance data, seeds, models and versions, for the draft of the caption
 */
export async function writeComposed(
  draw: Press['draw'],
  composition: Composition,
  formats: readonly FigureFormat[],
  folder: Folder,
  { dpi, provenance = [] }: { dpi: number; provenance?: readonly string[] },
): Promise<WrittenFile[]> {
  return writeAll(formats, folder, composition.title, (format) => {
    if (format === 'json') return json(composition)
    if (format === 'csv' || format === 'txt' || format === 'tex') {
      const specs = panelSpecs(composition)
      const { title, style } = composition
      if (format === 'csv') return tableToCsv(composedTable(title, specs, style.letters))
      const caption = composedCaption(title, specs, style.letters, provenance)
      return format === 'txt' ? `${caption}\n` : latexCaption(caption, title)
    }
    return draw({ subject: { kind: 'composed', composition }, format, dpi })
  })
}

async function writeAll(
  formats: readonly FigureFormat[],
  folder: Folder,
  name: string,
  make: (format: FigureFormat) => string | Promise<Uint8Array>,
): Promise<WrittenFile[]> {
  const contents = new Map<string, string | Uint8Array>()
  for (const format of new Set(formats)) contents.set(format, await make(format))
  return writeSet(folder, name, contents)
}

/** What stands in a figure environment, by \input or copied. */
const latexCaption = (caption: string, name: string) =>
  `\\caption{${latexText(caption)}}\n\\label{fig:${latexLabel(name)}}\n`

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
