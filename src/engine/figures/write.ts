import type { FigureFormat } from '#shared/contract/index.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import { tableToCsv } from '#shared/figures/csv.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { specToTable } from '#shared/figures/table.ts'
import { paperTheme } from '#shared/figures/theme.ts'
import { safeName, writeWhole, type WrittenFile } from './file.ts'
import type { TypefaceName } from './typeface.ts'

export interface FigureOptions {
  widthInches: number
  /** From the width and the kind of figure when left out. */
  heightInches?: number | undefined
  /** Of PNG. */
  dpi: number
  /** In points, 8 when left out. */
  fontSize?: number | undefined
  typeface?: TypefaceName | undefined
  /** Draws the title inside the figure. */
  title?: boolean | undefined
}

/** Height of a figure of this width: 5 to 3.4 for charts, square cells for heatmaps, within limits that fit a page. */
export function naturalHeight(spec: FigureSpec, widthInches: number): number {
  const cells = spec.kind === 'heatmap' ? spec.cells : undefined
  const rows = cells?.rows.length ?? 0
  const columns = cells?.columns.length ?? 0
  const ratio = rows > 0 && columns > 0 ? Math.min(1, Math.max(0.35, (0.75 * rows) / columns + 0.15)) : 0.68
  return Math.round(widthInches * ratio * 100) / 100
}

/**
 * Writes a figure in each format into a folder, as `<id>.<format>`, whole or not at all. Exported figures always have
 * the paper theme. The same spec and options give the same bytes.
 */
export async function writeFigure(
  spec: FigureSpec,
  formats: readonly FigureFormat[],
  directory: string,
  options: FigureOptions,
): Promise<WrittenFile[]> {
  const files: WrittenFile[] = []
  for (const format of new Set(formats))
    files.push(
      await writeWhole(directory, `${safeName(spec.id)}.${format}`, await render(spec, format, options)),
    )
  return files
}

async function render(
  spec: FigureSpec,
  format: FigureFormat,
  options: FigureOptions,
): Promise<string | Buffer> {
  if (format === 'csv') return tableToCsv(specToTable(spec))
  if (format === 'json') return `${JSON.stringify(spec, null, 2)}\n`
  if (format === 'txt') return `${figureCaption(spec)}\n`
  const theme = paperTheme({
    ...(options.fontSize === undefined ? {} : { fontSize: options.fontSize }),
    title: options.title ?? false,
  })
  const drawing = {
    ...options,
    heightInches: options.heightInches ?? naturalHeight(spec, options.widthInches),
  }
  // ECharts takes a third of a second to load, which a command that draws nothing need not wait for.
  if (format === 'svg') return (await import('./svg.ts')).renderSvg(spec, theme, drawing)
  if (format === 'pdf') return (await import('./pdf.ts')).renderPdf(spec, theme, drawing)
  return (await import('./png.ts')).renderPng(spec, theme, drawing)
}
