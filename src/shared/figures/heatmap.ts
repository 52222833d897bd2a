import type { EChartsOption } from 'echarts'
import { annotationSeries, axisTitles, textAt } from './annotations.ts'
import { axisStyle, categories, gridAt } from './axes.ts'
import { cellRange, cellText, colourIn, colourStops, endTexts, inkOn, type Cells } from './cellRange.ts'
import { barHeight, type FigureFrame } from './figureFrame.ts'
import { barAway, barRoom, barWidth } from './layout/cellsFrame.ts'
import { widest } from './layout/fitText.ts'
import { plotBox } from './layout/frame.ts'
import { lineHeight } from './layout/names.ts'
import type { PlotStyle } from './plotStyle.ts'
import type { FigureSpec } from './spec.ts'
import { cellMap, textWidth, type FigureTheme } from './theme.ts'

/**
 * A matrix of cells with its colour bar. A sequential map runs over the range of the values. A diverging map is
 * symmetric about zero, so that its middle colour always means zero. Cells without a value stay empty.
 */
export function heatmap(
  { cells }: FigureSpec,
  theme: FigureTheme,
  frame: FigureFrame,
  plotStyle: PlotStyle,
): EChartsOption {
  if (!cells) return {}
  const { min, max } = cellRange(cells)
  const colours = colourStops(cellMap(cells.map, theme))
  const plot = plotBox(frame)
  const type = theme.fontSize
  const height = Math.max(type, Math.min(type * barHeight, plot.height - type * 2.6))
  const numbers = numbersIn(cells, theme, plot)
  const columns = cells.columns.length
  const barRight = barRoom(theme, { ends: endTexts(cells), lines: frame.bar.length }) - type * 0.2
  return {
    grid: gridAt(frame),
    xAxis: { ...categories(cells.columns, frame.x, theme), ...bare(theme), position: 'bottom' },
    yAxis: { ...categories(cells.rows, frame.y, theme), ...bare(theme), inverse: true },
    visualMap: {
      type: 'continuous',
      seriesIndex: 0,
      min,
      max,
      calculable: false,
      orient: 'vertical',
      left: plot.x + plot.width + type * barAway,
      top: plot.y + (plot.height - height) / 2 - type * 1.4,
      itemWidth: type * barWidth,
      itemHeight: height,
      text: endTexts(cells),
      textGap: type * 0.4,
      textStyle: { fontFamily: theme.fontFamily, color: theme.ink, fontSize: type * 0.9 },
      inRange: { color: colours },
      outOfRange: { color: ['transparent'] },
      padding: 0,
    },
    series: [
      {
        type: 'heatmap',
        id: 'cells',
        name: cells.label,
        progressive: 0,
        animation: false,
        data: (plotStyle.cells === 'vector' ? cells.values : []).map((value, at) => {
          const own = within(value, min, max)
          const colour = own === null ? 'transparent' : colourIn(colours, own, min, max)
          return {
            value: [at % columns, Math.floor(at / columns), own ?? '-'],
            // A seam of the cell's own colour: viewers would show the ground between neighbours.
            itemStyle: { borderColor: colour, borderWidth: theme.lineWidth * 0.5 },
          }
        }),
      },
      annotationSeries([0, 0], (api) => [
        ...axisTitles(frame, theme),
        ...frame.bar.map((line, row) =>
          textAt(
            line,
            [
              plot.x + plot.width + barRight - (frame.bar.length - 0.5 - row) * type * lineHeight,
              plot.y + plot.height / 2,
            ],
            theme,
            { fill: theme.ink, fontSize: type, upright: true },
          ),
        ),
        ...numbers.map(({ text, column, row, fontSize, value }) => {
          const [x = 0, y = 0] = api.coord([column, row])
          return textAt(text, [x, y], theme, { fill: inkOn(colourIn(colours, value, min, max)), fontSize })
        }),
      ]),
    ],
  }
}

/** Sizes of the numbers in cells, in sizes of the type. */
const [largest, least] = [0.8, 0.56]

/** The numbers that stand in the cells, in the largest type that fits all of them; none where none fits. */
function numbersIn(cells: Cells, theme: FigureTheme, { width, height }: { width: number; height: number }) {
  if (cells.photograph || cells.pictures) return []
  const columns = Math.max(1, cells.columns.length)
  const numbers = cells.values.flatMap((value, at) => {
    // Zeros would hide the other numbers, and their colour already tells them.
    if (value === null || !Number.isFinite(value) || value === 0) return []
    const text = cellText(cells, value)
    return text === '0' ? [] : [{ text, value, column: at % columns, row: Math.floor(at / columns) }]
  })
  const [across, down] = [width / columns, height / Math.max(1, cells.rows.length)]
  const unit = widest(
    numbers.map(({ text }) => text),
    (text) => textWidth(theme, text, 1),
  )
  const size = Math.min(theme.fontSize * largest, (across * 0.94) / (unit || 1), down * 0.94)
  return size < theme.fontSize * least ? [] : numbers.map((number) => ({ ...number, fontSize: size }))
}

function within(value: number | null, min: number, max: number): number | null {
  return value === null || !Number.isFinite(value) ? null : Math.min(max, Math.max(min, value))
}

const bare = (theme: FigureTheme) => {
  const { axisLine, axisTick } = axisStyle(theme)
  return {
    splitLine: { show: false },
    axisTick: { ...axisTick, show: false },
    axisLine: { ...axisLine, show: false },
  }
}
