import type { CustomSeriesRenderItemAPI } from 'echarts'
import { pair, textAt, type Annotation } from './annotations.ts'
import { fittedLines, shortened } from './layout/fitText.ts'
import { plotBox, type Frame } from './layout/frame.ts'
import { lineHeight } from './layout/names.ts'
import { placeReferences, sampled } from './layout/referencePlaces.ts'
import type { DrawnSeries } from './points.ts'
import { faded } from './references.ts'
import type { FigureSpec } from './spec.ts'
import { groundOf, textWidth, type FigureTheme } from './theme.ts'

/** Labels of shaded ranges at the top of the plot, then of reference lines where they cover least. */
export function referenceTexts(
  spec: FigureSpec,
  series: readonly DrawnSeries[],
  frame: Frame,
  theme: FigureTheme,
  api: CustomSeriesRenderItemAPI,
): Annotation[] {
  const plot = plotBox(frame)
  const fontSize = theme.fontSize * 0.85
  const measure = (text: string) => textWidth(theme, text, fontSize)
  const style = { fill: theme.muted, fontSize, plate: faded(groundOf(theme), 0.65) }
  const spans = spec.spans.flatMap(({ label, from, to }) => {
    const [left = 0] = api.coord([from, frame.y.domain.min])
    const [right = 0] = api.coord([to, frame.y.domain.min])
    const width = Math.abs(right - left)
    const pitch = fontSize * lineHeight
    const upright = width < Math.min(measure(label) + fontSize * 0.4, theme.fontSize * 4)
    if (upright && width < pitch) return []
    const lines = fittedLines(
      label,
      upright ? plot.height * 0.6 : width - fontSize * 0.4,
      upright ? 1 : 2,
      measure,
    )
    const middle = (left + right) / 2
    const long = Math.max(...lines.map(measure))
    return lines.map((line, row) => {
      const y = plot.y + fontSize * 0.9 + row * pitch
      return upright
        ? {
            text: textAt(line, [middle, plot.y + fontSize * 0.4 + long / 2], theme, { ...style, upright }),
            box: { x: middle - pitch / 2, y: plot.y, width: pitch, height: long + fontSize },
          }
        : {
            text: textAt(line, [middle, y], theme, style),
            box: { x: middle - long / 2, y: y - pitch / 2, width: long, height: pitch },
          }
    })
  })
  const points = series.flatMap(({ points: own }) =>
    sampled(
      own.flatMap(({ x, y }) =>
        y === null
          ? []
          : spec.kind === 'bars'
            ? [pair(api.coord([x, 0])), pair(api.coord([x, y]))]
            : [pair(api.coord([x, y]))],
      ),
      fontSize / 2,
    ),
  )
  const lines = labelledLines(
    spec,
    (axis, value) =>
      pair(api.coord(axis === 'x' ? [value, frame.y.domain.min] : [frame.x.domain.min, value]))[
        axis === 'x' ? 0 : 1
      ],
    fontSize * lineHeight,
  ).map((line) => ({
    ...line,
    label: shortened(line.label, (line.axis === 'x' ? plot.height : plot.width) - fontSize, measure),
  }))
  const boxes = placeReferences(
    lines.map(({ axis, from, to, label }) => ({
      axis,
      from,
      to,
      width: measure(label) + fontSize * 0.5,
      height: fontSize * lineHeight,
    })),
    plot,
    points,
    spans.map(({ box }) => box),
  )
  return [
    ...spans.map(({ text }) => text),
    ...lines.flatMap(({ axis, label }, at) => {
      const box = boxes[at]
      if (!box) return []
      const centre = [box.x + box.width / 2, box.y + box.height / 2] as const
      return [textAt(label, centre, theme, { ...style, upright: axis === 'x' })]
    }),
  ]
}

/**
 * The labels of reference lines, with the edges of the lines that each names. Neighbours closer than `near` share one: "uniform
 * 27×27, 29×29, 31×31".
 *
 * @param toDrawing place of a value on its axis, in the unit of the drawing
 */
function labelledLines(
  spec: FigureSpec,
  toDrawing: (axis: 'x' | 'y', value: number) => number,
  near: number,
): { axis: 'x' | 'y'; from: number; to: number; label: string }[] {
  return (['x', 'y'] as const).flatMap((axis) => {
    const lines = spec.references
      .filter((line) => line.axis === axis)
      .toSorted((a, b) => a.value - b.value)
      .map(({ label, value }) => ({ label, at: toDrawing(axis, value) }))
    let group: typeof lines = []
    return lines.flatMap((line, place) => {
      group.push(line)
      const next = lines[place + 1]
      if (next && Math.abs(next.at - line.at) < near) return []
      const text = joined(group.map(({ label }) => label))
      const places = group.map(({ at }) => at)
      group = []
      return text === '' ? [] : [{ axis, from: Math.min(...places), to: Math.max(...places), label: text }]
    })
  })
}

/** Joins labels. A first word that all of them share is written once. */
function joined(labels: readonly string[]): string {
  const [first = '', ...others] = labels
  const word = /^\S+ /.exec(first)?.[0] ?? ''
  const shared = word !== '' && others.every((label) => label.startsWith(word))
  return [first, ...others.map((label) => (shared ? label.slice(word.length) : label))].join(', ')
}
