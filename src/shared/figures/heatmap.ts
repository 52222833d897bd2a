import type { EChartsOption } from 'echarts'
import type { ColourMap } from '../colour/list.ts'
import { lut } from '../colour/maps.ts'
import { plainNumber } from './format.ts'
import { axisStyle, gap, grid, turned, type FigureSize } from './layout.ts'
import type { PlotStyle } from './plotStyle.ts'
import type { FigureSpec } from './spec.ts'
import { cellMap, textWidth, type FigureTheme } from './theme.ts'

/** Approximate share of the figure's width for the cells. Labels and the colour bar take the rest. */
const cellShare = 0.75

/**
 * A matrix of cells with its colour bar. A sequential map runs over the range of the values. A diverging map is
 * symmetric about zero, so that its middle colour always means zero. Cells without a value stay empty.
 */
export function heatmap(
  spec: FigureSpec,
  theme: FigureTheme,
  size: FigureSize,
  top: number,
  plotStyle: PlotStyle,
): EChartsOption {
  const cells = spec.cells
  if (!cells) return {}
  const { min, max } = cellRange(cells)
  const ends = endsOf(cells, min, max)
  const colours = colourStops(cellMap(cells.map, theme))
  const columns = cells.columns.length
  const bar = barWidth(theme, ends)
  const label = { fontFamily: theme.fontFamily, fontSize: theme.fontSize * 0.8 }
  // Zeros would hide the other numbers, and their colour already tells them.
  const texts = cells.values.map((value) => (value === null || value === 0 ? '' : plainNumber(value, 2)))
  const labelled = plotStyle.cells === 'vector' && fits(texts, columns, theme, size)
  const spaceX = (size.width * cellShare) / Math.max(1, columns)
  return {
    grid: grid(
      theme,
      {
        top,
        right: bar + gap(theme) + theme.fontSize * 1.4,
        left: plotStyle.cells === 'outside' ? besideWidth(spec, theme, size) : 0,
      },
      plotStyle.insets,
    ),
    graphic: {
      type: 'text',
      right: theme.fontSize * 0.3,
      top: 'middle',
      rotation: Math.PI / 2,
      silent: true,
      style: { text: cells.label, fill: theme.ink, fontSize: theme.fontSize, fontFamily: theme.fontFamily },
    },
    xAxis: {
      ...categoryAxis(spec, theme, 'x'),
      type: 'category',
      data: cells.columns,
      axisLabel: {
        ...categoryAxis(spec, theme, 'x').axisLabel,
        ...(sparse(cells.columns) ? named : turned(cells.columns, spaceX, theme)),
      },
    },
    yAxis: {
      ...categoryAxis(spec, theme, 'y'),
      type: 'category',
      data: cells.rows,
      inverse: true,
      ...(sparse(cells.rows) ? { axisLabel: { ...categoryAxis(spec, theme, 'y').axisLabel, ...named } } : {}),
    },
    visualMap: {
      type: 'continuous',
      min,
      max,
      calculable: false,
      orient: 'vertical',
      right: theme.fontSize * 1.4,
      top: 'middle',
      itemWidth: theme.fontSize,
      itemHeight: theme.fontSize * 12,
      text: ends,
      textGap: theme.fontSize * 0.5,
      textStyle: { ...label, color: theme.ink, fontSize: theme.fontSize * 0.9 },
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
        data: (plotStyle.cells === 'vector' ? cells.values : []).map((value, at) => ({
          value: [at % columns, Math.floor(at / columns), within(value, min, max) ?? '-'],
          label: {
            ...label,
            show: labelled && finite(value) !== null,
            color: inkOn(colours, value ?? 0, min, max),
            formatter: texts[at] ?? '',
          },
        })),
      },
    ],
  }
}

/** Where most rows or columns have no name, every existing name is written. */
const sparse = (names: readonly string[]) => names.includes('')
const named = { interval: (_at: number, name: string) => name !== '' }

/** Texts of the colour bar's ends. An end that values exceed gets "≥" or "≤". */
function endsOf({ values, range }: NonNullable<FigureSpec['cells']>, min: number, max: number): string[] {
  const beyond = (end: (value: number) => boolean) =>
    range !== undefined && values.some((value) => value !== null && Number.isFinite(value) && end(value))
  return [
    `${beyond((value) => value > max) ? '≥ ' : ''}${plainNumber(max, 3)}`,
    `${beyond((value) => value < min) ? '≤ ' : ''}${plainNumber(min, 3)}`,
  ]
}

/**
 * Width at the left for a photograph that stands beside the cells, in the unit of the drawing. It equals the width of
 * the cells, estimated from the labels. 0 where there is no such photograph.
 */
export function besideWidth({ cells }: FigureSpec, theme: FigureTheme, { width }: FigureSize): number {
  if (cells?.photograph?.layout !== 'beside') return 0
  const { min, max } = cellRange(cells)
  const names = Math.max(0, ...cells.rows.map((name) => textWidth(theme, name, theme.fontSize * 0.9)))
  const labels = names + theme.fontSize * 2.4 + gap(theme)
  const bar = barWidth(theme, endsOf(cells, min, max)) + gap(theme) + theme.fontSize * 1.4
  return Math.max(0, (width - labels - bar + gap(theme)) / 2 + theme.fontSize * 0.6)
}

/**
 * Ends of the colour map. They are the figure's own range, else the range of the values; for a diverging map that range
 * is made symmetric about zero.
 */
export function cellRange(cells: NonNullable<FigureSpec['cells']>): { min: number; max: number } {
  if (cells.range && cells.range.min < cells.range.max) return cells.range
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (const value of cells.values) {
    if (value === null || !Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min > max) return { min: 0, max: 1 }
  if (cells.map === 'diverging') {
    const reach = Math.max(Math.abs(min), Math.abs(max)) || 1
    return { min: -reach, max: reach }
  }
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max }
}

/** Whether every number fits into its cell. */
function fits(texts: readonly string[], columns: number, theme: FigureTheme, size: FigureSize): boolean {
  if (texts.length > 400) return false
  const rows = texts.length / Math.max(1, columns)
  const width = (size.width * cellShare) / Math.max(1, columns)
  const height = (size.height * cellShare) / Math.max(1, rows)
  const widest = Math.max(0, ...texts.map((text) => textWidth(theme, text, theme.fontSize * 0.8)))
  return widest < width * 0.9 && height > theme.fontSize
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

function within(value: number | null, min: number, max: number): number | null {
  const known = finite(value)
  return known === null ? null : Math.min(max, Math.max(min, known))
}

/** Colours from the smallest to the largest value, as `#rrggbb`. */
export function colourStops(map: ColourMap, stops = 64): string[] {
  const table = lut(map)
  return Array.from({ length: stops }, (_, i) => {
    const at = 3 * Math.round((i / (stops - 1)) * 255)
    const hex = [table[at] ?? 0, table[at + 1] ?? 0, table[at + 2] ?? 0]
    return `#${hex.map((part) => part.toString(16).padStart(2, '0')).join('')}`
  })
}

/** Black or white, whichever has the higher contrast (WCAG relative luminance) with the colour of a value. */
function inkOn(colours: readonly string[], value: number, min: number, max: number): string {
  const at = Math.round(((value - min) / (max - min)) * (colours.length - 1))
  const hex = colours[Math.min(colours.length - 1, Math.max(0, at))] ?? '#000000'
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const s = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff'
}

function categoryAxis(spec: FigureSpec, theme: FigureTheme, side: 'x' | 'y') {
  const style = axisStyle({ ...spec[side], scale: 'category' }, theme, side)
  return { ...style, splitLine: { show: false }, axisTick: { show: false }, axisLine: { show: false } }
}

function barWidth(theme: FigureTheme, ends: readonly string[]): number {
  const widest = Math.max(...ends.map((end) => textWidth(theme, end, theme.fontSize * 0.9)))
  return Math.max(theme.fontSize, widest) + gap(theme)
}
