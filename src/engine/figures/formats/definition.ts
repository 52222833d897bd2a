import type { DataTable } from '#shared/contract/index.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Sheet } from '../sheet.ts'
import type { SvgOptions } from '../svg.ts'

/**
 * A format is a file beside this one, a line in `all.ts` and one in `shared/figures/figureFormats.ts`: a `Render` where it is
 * drawn, a `Tell` where it is written.
 */

/** Bytes of a laid out figure. `dpi` is of formats made of pixels, `text` of those that hold letters. */
export type Render = (sheet: Sheet, options: { dpi: number } & SvgOptions) => Promise<Uint8Array>

/** What is told of a figure, one alone or a composed one. */
export interface Told {
  figure: FigureSpec | Composition
  /** Id of the figure, or title of the composed one. */
  name: string
  table(): DataTable
  /** A draft, without a line end. */
  caption(): string
}

/** Text of a file about a figure. */
export type Tell = (told: Told) => string
