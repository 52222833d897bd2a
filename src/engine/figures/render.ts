import type { Box, Composition } from '#shared/figures/compose/index.ts'
import { describeFigure } from '#shared/figures/describe.ts'
import type { DrawnFormat } from '#shared/figures/figureFormats.ts'
import { frameOf } from '#shared/figures/option.ts'
import { defaultPlotStyle } from '#shared/figures/plotStyle.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { paperTheme } from '#shared/figures/theme.ts'
import { renderers } from './formats/index.ts'
import { cellsOf, sheetOf, type Sheet } from './sheet.ts'
import type { SvgOptions } from './svg.ts'
import { typeface, type TypefaceName } from './typeface.ts'

/** How a figure of a study is rendered. */
export interface FigureOptions {
  widthInches: number
  /** Computed from the width and the kind of figure when left out. */
  heightInches?: number | undefined
  /** Resolution of PNG. */
  dpi: number
  /** In points; 8 when left out. */
  fontSize?: number | undefined
  typeface?: TypefaceName | undefined
  /** Renders the title inside the figure. */
  title?: boolean | undefined
}

/** The figure to render: one figure of a study, or a composed figure whose panels carry their data. */
export type RenderContent =
  | { kind: 'figure'; spec: FigureSpec; options: FigureOptions }
  | { kind: 'composed'; composition: Composition }

/** A figure to render and its format, as plain data that can be sent to a worker. */
export interface RenderRequest {
  content: RenderContent
  format: DrawnFormat
  /** Resolution of PNG. */
  dpi: number
  /** Form of the text in SVG; embedded fonts when left out. */
  text?: SvgOptions['text']
}

const pointsPerInch = 72

/**
 * Renders a figure in the calling thread, which takes a tenth of a second or more. The engine renders through a
 * `Press`.
 *
 * @throws UNSUPPORTED where a PNG would have too many pixels, or a panel has no data
 */
export async function renderFigure({ content, format, dpi, text }: RenderRequest): Promise<Uint8Array> {
  const sheet = content.kind === 'composed' ? sheetOf(content.composition) : sheetOfFigure(content)
  return renderers[format](sheet, text === undefined ? { dpi } : { dpi, text })
}

/** The size of a composed figure and the box of each panel, which has its plot, letter and title; in inches. */
export interface ComposedLayout {
  width: number
  height: number
  boxes: Box[]
}

/** Lays out a composed figure whose panels carry their data. */
export function composedLayout(composition: Composition): ComposedLayout {
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

/** Lays out a figure of a study, without letter and in the paper theme. */
function sheetOfFigure({ spec, options }: Extract<RenderContent, { kind: 'figure' }>): Sheet {
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
  const plotStyle = { ...defaultPlotStyle, cells: cellsOf(spec) }
  // Hundredths of an inch read well.
  const natural = () =>
    Math.round((frameOf(spec, theme, { width, height: null }, plotStyle).size.height / pointsPerInch) * 100) /
    100
  const height = (heightInches ?? natural()) * pointsPerInch
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
        plotStyle,
        row: 0,
        column: 0,
      },
    ],
    captions: [],
    legend: null,
  }
}
