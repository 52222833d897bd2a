import type { CustomSeriesOption, CustomSeriesRenderItemAPI } from 'echarts'
import { widest } from './layout/fitText.ts'
import { below, noteSize, plotBox, type Frame } from './layout/frame.ts'
import { lineHeight } from './layout/names.ts'
import type { symbolAt } from './symbolShape.ts'
import { textWidth, type FigureTheme } from './theme.ts'

/** A text or symbol at a place, or a line, as ECharts draws them in a custom series. */
export type Annotation = ReturnType<typeof textAt> | ReturnType<typeof lineAt> | ReturnType<typeof symbolAt>

/** Draws annotations in a plot as a series without data of its own. The last data point leads ECharts to the plot. */
export function annotationSeries(
  anchor: readonly [number, number],
  draw: (api: CustomSeriesRenderItemAPI) => Annotation[],
): CustomSeriesOption {
  return {
    type: 'custom',
    id: '·annotations',
    silent: true,
    clip: false,
    animation: false,
    tooltip: { show: false },
    z: 6,
    data: [[...anchor]],
    renderItem: (_, api) => ({ type: 'group', silent: true, children: draw(api) }),
  }
}

interface TextStyle {
  fill: string
  fontSize: number
  align?: 'left' | 'center' | 'right'
  plate?: string
  upright?: boolean
}

export const textAt = (
  text: string,
  [x, y]: readonly [number, number],
  theme: FigureTheme,
  { fill, fontSize, align = 'center', plate, upright = false }: TextStyle,
) => ({
  type: 'text' as const,
  x,
  y,
  rotation: upright ? Math.PI / 2 : 0,
  style: {
    text,
    fill,
    fontSize,
    fontFamily: theme.fontFamily,
    align,
    verticalAlign: 'middle' as const,
    ...(plate === undefined ? {} : { backgroundColor: plate, padding: [0, fontSize * 0.2] }),
  },
})

export const lineAt = (
  from: readonly [number, number],
  to: readonly [number, number],
  stroke: string,
  lineWidth: number,
  lineDash: number[],
) => ({
  type: 'line' as const,
  shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
  style: { stroke, lineWidth, lineDash },
})

/** The names of both axes and the note below, in as many lines as the frame found. */
export function axisTitles(frame: Frame, theme: FigureTheme): Annotation[] {
  const { x, y, width, height } = plotBox(frame)
  const style = { fill: theme.ink, fontSize: theme.fontSize }
  const away = (at: number) => at * theme.fontSize * lineHeight
  const small = theme.fontSize * noteSize
  const last = frame.y.title.length - 1
  const measure = (text: string) => textWidth(theme, text)
  // A name that is longer than its axis stays inside the figure.
  const within = (middle: number, long: number, whole: number) =>
    Math.max(long / 2, Math.min(middle, whole - long / 2))
  const across = within(x + width / 2, widest(frame.x.title, measure), frame.size.width)
  const down = within(y + height / 2, widest(frame.y.title, measure), y + height + theme.fontSize * below)
  return [
    ...frame.x.title.map((line, at) =>
      textAt(line, [across, y + height + frame.x.titleAway + away(at)], theme, style),
    ),
    ...frame.note.map((line, at) =>
      textAt(
        line,
        [
          within(x + width / 2, textWidth(theme, line, small), frame.size.width),
          y + height + frame.x.titleAway + away(frame.x.title.length + at),
        ],
        theme,
        { fill: theme.muted, fontSize: small },
      ),
    ),
    ...frame.y.title.map((line, at) =>
      textAt(line, [x - frame.y.titleAway - away(last - at), down], theme, {
        ...style,
        upright: true,
      }),
    ),
  ]
}

/** Coordinates of ECharts as a pair. */
export const pair = ([x = 0, y = 0]: readonly number[]): readonly [number, number] => [x, y]
