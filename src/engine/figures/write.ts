import type { FigureFormat } from '#shared/contract/index.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import { composedCaption, panelSpecs, type Composition } from '#shared/figures/compose/index.ts'
import { isDrawn, type DrawnFormat } from '#shared/figures/figureFormats.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { composedTable, specToTable } from '#shared/figures/table.ts'
import type { FigureOptions } from './render.ts'
import type { WrittenFile } from '../base/wholeFile.ts'
import { writeSet, type Folder } from './file.ts'
import { writers, type FigureInfo } from './formats/index.ts'
import type { Press } from './press.ts'

/**
 * Writes a figure in each format into a folder, as `<id>.<format>`, whole or not at all. Uses the paper theme. The same
 * spec and options give the same bytes.
 *
 * @param render of a press
 * @param provenance data, seeds, models and versions; written beside captions as `<name>.provenance.txt`
 * @throws DISK_FULL, FILE_UNREADABLE where a file cannot be written
 */
export async function writeFigure(
  render: Press['render'],
  spec: FigureSpec,
  formats: readonly FigureFormat[],
  folder: Folder,
  options: FigureOptions,
  provenance: readonly string[] = [],
): Promise<WrittenFile[]> {
  const info = {
    figure: spec,
    name: spec.id,
    table: () => specToTable(spec),
    caption: () => figureCaption(spec),
  }
  const content = { kind: 'figure', spec, options } as const
  return writeAll(formats, folder, info, provenance, (format) =>
    render({ content, format, dpi: options.dpi }),
  )
}

/**
 * Writes a composed figure whose panels carry their data, in each format, under its title.
 *
 * @param render of a press
 * @param provenance data, seeds, models and versions; written beside captions as `<name>.provenance.txt`
 * @throws DISK_FULL, FILE_UNREADABLE where a file cannot be written
 */
export async function writeComposed(
  render: Press['render'],
  composition: Composition,
  formats: readonly FigureFormat[],
  folder: Folder,
  { dpi, provenance = [] }: { dpi: number; provenance?: readonly string[] },
): Promise<WrittenFile[]> {
  const { title, style } = composition
  const info = {
    figure: composition,
    name: title,
    table: () => composedTable(title, panelSpecs(composition), style.letters),
    caption: () => composedCaption(title, panelSpecs(composition), style.letters),
  }
  const content = { kind: 'composed', composition } as const
  return writeAll(formats, folder, info, provenance, (format) => render({ content, format, dpi }))
}

/** A caption comes with a file of what was used, which is too long for a paper: seeds, digests, versions. */
const captions: ReadonlySet<FigureFormat> = new Set(['txt', 'tex'])

async function writeAll(
  formats: readonly FigureFormat[],
  folder: Folder,
  info: FigureInfo,
  provenance: readonly string[],
  render: (format: DrawnFormat) => Promise<Uint8Array>,
): Promise<WrittenFile[]> {
  const contents = new Map<string, string | Uint8Array>()
  for (const format of new Set(formats))
    contents.set(format, isDrawn(format) ? await render(format) : writers[format](info))
  if (formats.some((format) => captions.has(format)) && provenance.length > 0)
    contents.set('provenance.txt', `${[...new Set(provenance)].join('\n')}\n`)
  return writeSet(folder, info.name, contents)
}
