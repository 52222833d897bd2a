import type { CustomSeriesRenderItemAPI } from 'echarts'
import { lineAt, pair, textAt, type Annotation } from './annotations.ts'
import { fittedLines, shortenedTogether, widest } from './layout/fitText.ts'
import { plotBox, type Frame } from './layout/frame.ts'
import { lineHeight } from './layout/names.ts'
import { spread } from './layout/spread.ts'
import { baselineDash, mark, reportedDash } from './palette.ts'
import type { DrawnSeries } from './points.ts'
import { symbolAt } from './symbolShape.ts'
import { offsetsOnOneLevel, symbolSize } from './symbols.ts'
import { groundOf, textWidth, type FigureTheme } from './theme.ts'

/** Names of curves at their ends, in the place of a legend. */
export interface EndLabels {
  labels: { series: DrawnSeries; lines: string[] }[]
  fontSize: number
  /** Room at the right of the plot, in the unit of the drawing. */
  room: number
  /** Height of all labels above one another. */
  height: number
}

/** Distances from the plot, in sizes of the type: of the keys' ends, and of the labels. */
const [keyFrom, keyTo, endsAway] = [0.85, 2.15, 2.4]

/** Largest share of a figure's width that the labels take. */
const mostWidth = 0.38

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

/**
 * Labels of curves at the right of the plot, each tied to the last point of its curve, with its dash and symbol: where
 * curves meet at their ends, colour alone would tell them apart.
 */
export function endLabelTexts(
  { labels, fontSize }: EndLabels,
  frame: Frame,
  theme: FigureTheme,
  api: CustomSeriesRenderItemAPI,
): Annotation[] {
  const plot = plotBox(frame)
  const curves = labels.map(({ series }) => series)
  const size = symbolSize(curves, theme, frame)
  const offsets = offsetsOnOneLevel(curves, size)
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
    const { colour, dash: own, symbol } = mark(series.slot, theme.ink, theme.lineWidth, theme.palette)
    const reported = series.origin === 'reported'
    const key = reported ? reportedDash.map((length) => length * theme.lineWidth) : own
    const [from, to] = [left + theme.fontSize * keyFrom, left + theme.fontSize * keyTo]
    const [x, y] = ends[at] ?? [0, 0]
    const middle = centres?.[at] ?? y
    const tie = theme.lineWidth * 0.5
    const dash = x < left - theme.fontSize ? baselineDash.map((length) => length * tie) : []
    const near: readonly [number, number] = [left + theme.fontSize * 0.25, y]
    return [
      ...(x < left ? [lineAt([x, y], near, colour, tie, dash)] : []),
      lineAt(near, [from, middle], colour, tie, []),
      lineAt([from, middle], [to, middle], colour, theme.lineWidth, key),
      ...(series.symbols
        ? [
            symbolAt(symbol, [(from + to) / 2, middle], size, {
              fill: reported ? groundOf(theme) : colour,
              stroke: colour,
              lineWidth: reported ? theme.lineWidth * 0.8 : 0,
            }),
          ]
        : []),
      ...lines.map((line, row) =>
        textAt(
          line,
          [left + theme.fontSize * endsAway, middle + (row - (lines.length - 1) / 2) * fontSize * lineHeight],
          theme,
          { fill: theme.ink, fontSize, align: 'left' },
        ),
      ),
    ]
  })
}
