import type { FigureFormat } from '#shared/contract/index.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import { composedCaption, panelSpecs, type Composition } from '#shared/figures/compose/index.ts'
import { isDrawn, type DrawnFormat } from '#shared/figures/figureFormats.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { composedTable, specToTable } from '#shared/figures/table.ts'
import type { FigureOptions } from './drawing.ts'
import type { WrittenFile } from '../base/wholeFile.ts'
import { writeSet, type Folder } from './file.ts'
import { tellers, type Told } from './formats/index.ts'
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
  const told = {
    figure: spec,
    name: spec.id,
    table: () => specToTable(spec),
    caption: () => figureCaption(spec, provenance),
  }
  const content = { kind: 'figure', spec, options } as const
  return writeAll(formats, folder, told, (format) => draw({ content, format, dpi: options.dpi }))
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
  const { title, style } = composition
  const told = {
    figure: composition,
    name: title,
    table: () => composedTable(title, panelSpecs(composition), style.letters),
    caption: () => composedCaption(title, panelSpecs(composition), style.letters, provenance),
  }
  const content = { kind: 'composed', composition } as const
  return writeAll(formats, folder, told, (format) => draw({ content, format, dpi }))
}

async function writeAll(
  formats: readonly FigureFormat[],
  folder: Folder,
  told: Told,
  drawn: (format: DrawnFormat) => Promise<Uint8Array>,
): Promise<WrittenFile[]> {
  const contents = new Map<string, string | Uint8Array>()
  for (const format of new Set(formats))
    contents.set(format, isDrawn(format) ? await drawn(format) : tellers[format](told))
  return writeSet(folder, told.name, contents)
}
