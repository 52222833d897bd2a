import type { Box } from '#shared/figures/compose/index.ts'
import { besideX } from '#shared/figures/layout/cellsFrame.ts'
import { plotBox, type Frame } from '#shared/figures/layout/frame.ts'
import { frameOf } from '#shared/figures/option.ts'
import type { Insets } from '#shared/figures/plotStyle.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'
import { escapeMarkup } from '#shared/figures/tooltip.ts'
import { aligned } from './align.ts'
import { cellsPng } from './cells.ts'
import { renderLegend, renderPlot } from './plots.ts'
import type { Sheet, SheetCaption, SheetPlot } from './sheet.ts'
import { placeTexts } from './text.ts'
import { typeface, type Typeface } from './typeface.ts'

/** Options of SVG. */
export interface SvgOptions {
  /**
   * embedded: text, with its fonts in the file; outlines: paths, which look the same without any font; bare: text, for
   * a page that has the fonts.
   */
  text?: 'embedded' | 'outlines' | 'bare'
}

const pointsPerInch = 72

/**
 * Units of the SVG per point. ECharts rounds straight lines to whole units, to be sharp on screens; a fifth of a point
 * is not visible on paper.
 */
const unitsPerPoint = 5

/**
 * Renders a sheet as a standalone SVG of exact physical size. Text is measured with the shipped font; lengths of the
 * theme are points. The same input gives the same bytes.
 */
export function renderSvg(sheet: Sheet, { text = 'embedded' }: SvgOptions = {}): string {
  const face = typeface(sheet.typeface)
  const theme = enlarged(sheet.theme, face)
  const [width, height] = [sheet.width, sheet.height].map((side) => side * unitsPerPoint)
  const parts = [
    ...plots(sheet.plots, theme, face),
    ...(sheet.legend
      ? [
          placed(
            sheet.legend.box,
            renderLegend(sheet.legend.entries, theme, enlargedSize(sheet.legend.box), face, 'l-'),
          ),
        ]
      : []),
    ...sheet.captions.map((caption) => captionText(caption, theme, face)),
  ]
  const body = placeTexts(parts.join('\n'), face, text === 'outlines')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${inches(sheet.width)}in" height="${inches(sheet.height)}in" viewBox="0 0 ${round(width ?? 0)} ${round(height ?? 0)}" role="img">`,
    `<title>${escapeMarkup(sheet.title)}</title>`,
    `<desc>${escapeMarkup(sheet.alt)}</desc>`,
    ...(text === 'embedded' ? [fontStyle(face, body)] : []),
    `<rect width="${round(width ?? 0)}" height="${round(height ?? 0)}" fill="${theme.background}"/>`,
    body,
    '</svg>\n',
  ].join('\n')
}

/** Renders the plots, with the plots of a row and of a column in line. */
function plots(all: readonly SheetPlot[], theme: FigureTheme, face: Typeface): string[] {
  const insetsWith = (fixed: readonly Partial<Insets>[]) =>
    all.map(
      ({ spec, box, plotStyle }, at) =>
        frameOf(spec, theme, enlargedSize(box), { ...plotStyle, insets: fixed[at] ?? null }).insets,
    )
  // Names break differently in a plot of another size, so the edges are set in turn: first above and below.
  let set: Partial<Insets>[] = []
  if (all.length > 1)
    for (const vertical of [true, false, true])
      set = aligned(all, insetsWith(set)).map(({ top, bottom, left, right }, at) =>
        vertical ? { ...set[at], top, bottom } : { ...set[at], left, right },
      )
  return all.map((plot, at) => {
    const plotStyle = { ...plot.plotStyle, insets: set[at] ?? null }
    const size = enlargedSize(plot.box)
    const svg = renderPlot(plot.spec, theme, plotStyle, size, face, `p${at}-`)
    const pictures =
      plotStyle.cells === 'outside' ? cells(plot.spec, frameOf(plot.spec, theme, size, plotStyle), theme) : ''
    return placed(plot.box, pictures + svg)
  })
}

/** Renders cells as one picture under ECharts' axes, over their photograph or beside it. */
function cells(spec: FigureSpec, frame: Frame, theme: FigureTheme): string {
  const own = spec.cells
  if (!own) return ''
  const plot = plotBox(frame)
  const map = (attributes: string) => picture(plot, cellsPng(own, theme).toString('base64'), attributes)
  const { photograph, pictures = [] } = own
  if (!photograph)
    return map(sharp) + pictures.map((one) => picture(placeOf(one, own, plot), one.png, stretched)).join('')
  if (photograph.layout === 'over')
    return picture(plot, photograph.png, stretched) + map(`${sharp} opacity="${photograph.opacity}"`)
  const beside = { ...plot, x: besideX(frame, theme) }
  return picture(beside, photograph.png, whole) + map(sharp)
}

type Cells = NonNullable<FigureSpec['cells']>

/** Computes the box of a picture in a plot of cells. */
function placeOf(
  { row, column, rows, columns }: NonNullable<Cells['pictures']>[number],
  cells: Cells,
  plot: Box,
): Box {
  const [across, down] = [plot.width / cells.columns.length, plot.height / cells.rows.length]
  return {
    x: plot.x + column * across,
    y: plot.y + row * down,
    width: columns * across,
    height: rows * down,
  }
}

const stretched = 'preserveAspectRatio="none"'
const whole = 'preserveAspectRatio="xMidYMid meet"'
const sharp = `${stretched} style="image-rendering:pixelated"`

const picture = ({ x, y, width, height }: Box, png: string, attributes: string) =>
  `<image x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" ${attributes}` +
  ` xlink:href="data:image/png;base64,${png}"/>`

/** Renders the letter in bold and the title: left-aligned above a plot, centred below it. */
function captionText(
  { box, letter, lines, align }: SheetCaption,
  theme: FigureTheme,
  face: Typeface,
): string {
  const size = theme.fontSize
  const bold = face.faces.semibold
  const indent = letter === '' ? 0 : bold.width(letter, size) + (lines.length > 0 ? size * 0.35 : 0)
  const { x: left, y: top, width } = { ...box, ...enlargedBox(box) }
  const first = top + size * (align === 'middle' ? 0.95 : 0.62)
  return [...(lines.length > 0 ? lines : [''])]
    .map((line, at) => {
      const shift = at === 0 ? indent : 0
      const whole = shift + face.faces.regular.width(line, size)
      const x = align === 'middle' ? left + (width - whole) / 2 : left
      const y = first + at * size * 1.25
      return [
        ...(at === 0 && letter !== '' ? [textElement(letter, x, y, size, 600, theme.ink)] : []),
        ...(line === '' ? [] : [textElement(line, x + shift, y, size, 400, theme.ink)]),
      ].join('\n')
    })
    .join('\n')
}

/** Writes a text with the attributes that ECharts uses, so that `placeTexts` handles it like the others. */
const textElement = (text: string, x: number, y: number, size: number, weight: number, fill: string) =>
  `<text dominant-baseline="central" text-anchor="start" style="font-size:${size}px;font-weight:${weight};" x="${x}" y="${y}" fill="${fill}">${escapeMarkup(text)}</text>`

const placed = (box: { x: number; y: number }, svg: string) =>
  `<g transform="translate(${round(box.x * unitsPerPoint)} ${round(box.y * unitsPerPoint)})">${svg}</g>`

const enlargedSize = ({ width, height }: { width: number; height: number }) => ({
  width: width * unitsPerPoint,
  height: height * unitsPerPoint,
})

const enlargedBox = (box: { x: number; y: number; width: number; height: number }) => ({
  x: box.x * unitsPerPoint,
  y: box.y * unitsPerPoint,
  ...enlargedSize(box),
})

function enlarged(theme: FigureTheme, face: Typeface): FigureTheme {
  return {
    ...theme,
    fontFamily: face.family,
    fontSize: theme.fontSize * unitsPerPoint,
    lineWidth: theme.lineWidth * unitsPerPoint,
    symbolSize: theme.symbolSize * unitsPerPoint,
    textWidth: (text, fontSize) => face.faces.regular.width(text, fontSize),
  }
}

/** Makes the `@font-face` rules of the fonts that the figure uses. */
function fontStyle(face: Typeface, body: string): string {
  const families = [face, ...(face.fallback ? [face.fallback] : [])]
  const rules = families.flatMap(({ family, faces }) =>
    (
      [
        [400, 'regular', `font-family="${family}"(?! font-size="[^"]*" font-weight)`],
        [600, 'semibold', `font-family="${family}" font-size="[^"]*" font-weight`],
      ] as const
    )
      .filter(([, , used]) => new RegExp(used).test(body))
      .map(
        ([weight, name]) =>
          `@font-face{font-family:'${family}';font-weight:${weight};src:url(data:font/woff;base64,${faces[name].bytes.toString('base64')}) format('woff')}`,
      ),
  )
  return `<style>${rules.join('')}</style>`
}

const inches = (points: number) => Number((points / pointsPerInch).toFixed(4))
const round = (value: number) => Number(value.toFixed(3))
