import type { DataTable } from '#shared/contract/index.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Sheet } from '../sheet.ts'
import type { SvgOptions } from '../svg.ts'

/**
 * A format is a file beside this one, a line in `all.ts` and one in `shared/figures/figureFormats.ts`. A drawn format
 * exports a `Render`, a written format a `WriteText`.
 */

/** Renders a laid out figure. `dpi` is for formats of pixels, `text` for formats that contain text. */
export type Render = (sheet: Sheet, options: { dpi: number } & SvgOptions) => Promise<Uint8Array>

/** What a text file about a figure, of a study or composed, can contain. */
export interface FigureInfo {
  figure: FigureSpec | Composition
  /** Id of the figure, or title of the composed one. */
  name: string
  /** The data of the figure. */
  table(): DataTable
  /** A draft of the caption, without a line end. */
  caption(): string
}

/** Writes the text of a file about a figure. */
export type WriteText = (info: FigureInfo) => string
