import type { CustomSeriesRenderItemAPI } from 'echarts'
import { lineAt, pair, textAt, type Annotation } from './annotations.ts'
import { fittedLines, shortenedTogether, widest } from './layout/fitText.ts'
import { plotBox, type Frame } from './layout/frame.ts'
import { lineHeight } from './layout/names.ts'
import { spread } from './layout/spread.ts'
import { baselineDash, mark } from './palette.ts'
import type { DrawnSeries } from './points.ts'
import { offsetsOnOneLevel, symbolSize } from './symbols.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** Names of curves at their ends, in the place of a legend. */
export interface EndLabels {
  labels: { series: DrawnSeries; lines: string[] }[]
  fontSize: number
  /** Room at the right of the plot, in the unit of the drawing. */
  room: number
  /** Height of all labels above one another. */
  height: number
}

/** Distance of the labels from the plot, in sizes of the type. */
export const endsAway = 1.2

/** Largest share of a figure's width that the labels take. */
const mostWidth = 0.33

/** The labels of curves that have a point, broken into up to `most` lines each. */
export function endLabels(
  series: readonly DrawnSeries[],
  theme: FigureTheme,
  width: number,
  most = 2,
): EndLabels {
  const fontSize = theme.fontSize * 0.9
  const measure = (text: string) => textWidth(theme, text, fontSize)
  const shown = series.filter(({ points }) => points.some(({ y }) => y !== null))
  const free = width * mostWidth - theme.fontSize * endsAway
  const single = shortenedTogether(
    shown.map(({ label }) => label),
    free,
    measure,
  )
  const labels = shown.map((own, at) => ({
    series: own,
    lines: most === 1 ? [single[at] ?? own.label] : fittedLines(own.label, free, most, measure),
  }))
  return {
    labels,
    fontSize,
    room:
      widest(
        labels.flatMap(({ lines }) => lines),
        measure,
      ) +
      theme.fontSize * endsAway,
    height: labels.reduce((sum, { lines }) => sum + labelHeight(lines, fontSize), 0),
  }
}

/** Height of a label of some lines, with a little room to the next. */
export const labelHeight = (lines: readonly string[], fontSize: number): number =>
  fontSize * (lines.length * lineHeight + 0.1)

/** Labels of curves at the right of the plot, each tied to the last point of its curve. */
export function endLabelTexts(
  { labels, fontSize }: EndLabels,
  frame: Frame,
  theme: FigureTheme,
  api: CustomSeriesRenderItemAPI,
): Annotation[] {
  const plot = plotBox(frame)
  const curves = labels.map(({ series }) => series)
  const offsets = offsetsOnOneLevel(curves, symbolSize(curves, theme, frame))
  const ends = curves.map(({ id, points }) => {
    const last = points.findLast(({ y }) => y !== null)
    const [x, y] = pair(api.coord([last?.x ?? 0, last?.y ?? 0]))
    return [x + (offsets.get(id) ?? 0), y] as const
  })
  const heights = labels.map(({ lines }) => labelHeight(lines, fontSize))
  const room = theme.fontSize * 0.6
  const centres = spread(
    ends.map(([, y]) => y),
    heights,
    plot.y - room,
    plot.y + plot.height + room,
  )
  const left = plot.x + plot.width
  return labels.flatMap(({ series, lines }, at): Annotation[] => {
    const { colour } = mark(series.slot, theme.ink, theme.lineWidth, theme.palette)
    const [x, y] = ends[at] ?? [0, 0]
    const middle = centres?.[at] ?? y
    const tie = theme.lineWidth * 0.5
    const dash = x < left - theme.fontSize ? baselineDash.map((length) => length * tie) : []
    const near: readonly [number, number] = [left + theme.fontSize * 0.25, y]
    return [
      ...(x < left ? [lineAt([x, y], near, colour, tie, dash)] : []),
      lineAt(near, [left + theme.fontSize * (endsAway - 0.3), middle], colour, tie * 1.4, []),
      ...lines.map((line, row) =>
        textAt(
          line,
          [
            left + theme.fontSize * (endsAway - 0.15),
            middle + (row - (lines.length - 1) / 2) * fontSize * lineHeight,
          ],
          theme,
          { fill: theme.ink, fontSize, align: 'left' },
        ),
      ),
    ]
  })
}
