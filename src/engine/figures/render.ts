import { naturalRatio, type Box, type Composition } from '#shared/figures/compose/index.ts'
import { describeFigure } from '#shared/figures/describe.ts'
import type { DrawnFormat } from '#shared/figures/figureFormats.ts'
import { legendExcess } from '#shared/figures/legend.ts'
import { defaultPlotStyle } from '#shared/figures/plotStyle.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { paperTheme, type FigureTheme } from '#shared/figures/theme.ts'
import { renderers } from './formats/index.ts'
import { cellsOf, sheetOf, type Sheet } from './sheet.ts'
import type { SvgOptions } from './svg.ts'
import { typeface, type TypefaceName } from './typeface.ts'

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

/** What is drawn: one figure of a study, or a composed one whose panels carry their data. */
export type DrawnContent =
  | { kind: 'figure'; spec: FigureSpec; options: FigureOptions }
  | { kind: 'composed'; composition: Composition }

/** A figure to be drawn, as plain data that can cross to a worker. */
export interface Drawing {
  content: DrawnContent
  format: DrawnFormat
  /** Of PNG. */
  dpi: number
  /** Of SVG; fonts are embedded when left out. */
  text?: SvgOptions['text']
}

const pointsPerInch = 72

/**
 * Height of a figure of this width in inches: 5 to 3.4 for charts, square cells for heatmaps, within limits that fit a
 * page; higher where a legend of many rows stands above the plot.
 */
function naturalHeight(spec: FigureSpec, widthInches: number, theme: FigureTheme): number {
  const excess =
    legendExcess(spec, defaultPlotStyle.legend, theme, widthInches * pointsPerInch) / pointsPerInch
  return Math.round((widthInches * naturalRatio(spec, widthInches) + excess) * 100) / 100
}

/** Draws in the calling thread, which takes a tenth of a second or more: the engine draws through a `Press`. */
export async function draw({ content, format, dpi, text }: Drawing): Promise<Uint8Array> {
  const sheet = content.kind === 'composed' ? sheetOf(content.composition) : sheetOfFigure(content)
  return renderers[format](sheet, text === undefined ? { dpi } : { dpi, text })
}

/** Size of a composed figure and, for each panel, the box of its plot with letter and title; in inches. */
export interface Placement {
  width: number
  height: number
  boxes: Box[]
}

export function placement(composition: Composition): Placement {
  const { width, height, plots, captions } = sheetOf(composition)
  return {
    width: width / pointsPerInch,
    height: height / pointsPerInch,
    boxes: plots.map(({ box, row, column }) => {
      const caption = captions.find((own) => own.row === row && own.column === column)?.box
      const top = Math.min(box.y, caption?.y ?? box.y)
      return {
        x: box.x / pointsPerInch,
        y: top / pointsPerInch,
        width: box.width / pointsPerInch,
        height: (box.height + (caption?.height ?? 0)) / pointsPerInch,
      }
    }),
  }
}

/** One figure alone, without letter; always in the paper theme. */
function sheetOfFigure({ spec, options }: Extract<DrawnContent, { kind: 'figure' }>): Sheet {
  const { widthInches, heightInches, fontSize, title = false } = options
  const name = options.typeface ?? 'sans'
  const face = typeface(name)
  const theme = paperTheme({
    fontFamily: face.family,
    textWidth: (text, size) => face.faces.regular.width(text, size),
    title,
    ...(fontSize === undefined ? {} : { fontSize }),
  })
  const width = widthInches * pointsPerInch
  const height = (heightInches ?? naturalHeight(spec, widthInches, theme)) * pointsPerInch
  return {
    id: spec.id,
    title: spec.title,
    alt: [describeFigure(spec), ...spec.notes].join('\n'),
    width,
    height,
    typeface: name,
    theme,
    plots: [
      {
        box: { x: 0, y: 0, width, height },
        spec,
        plotStyle: { ...defaultPlotStyle, cells: cellsOf(spec) },
        row: 0,
        column: 0,
      },
    ],
    captions: [],
    legend: null,
  }
}
