import type { ColourMap } from '../colour/list.ts'
import { lut } from '../colour/maps.ts'
import { plainNumber } from './format.ts'
import type { FigureSpec } from './spec.ts'

/** The cells of a heatmap. */
export type Cells = NonNullable<FigureSpec['cells']>

/**
 * Ends of the colour map. They are the figure's own range, else the range of the values; for a diverging map that range
 * is made symmetric about zero.
 */
export function cellRange(cells: Cells): { min: number; max: number } {
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

/** A value as the cells of a figure write it: whole per cent, or two significant digits. */
export const cellText = ({ unit }: Pick<Cells, 'unit'>, value: number): string =>
  unit === 'percent' ? String(Math.round(100 * value)) : plainNumber(value, 2)

/** What the colours stand for, with its unit. */
export const cellsLabel = ({ label, unit }: Pick<Cells, 'label' | 'unit'>): string =>
  unit === 'percent' && !label.includes('%') ? `${label} (%)` : label

/** Texts of the colour bar's ends. An end that values exceed gets "≥" or "≤". */
export function endTexts(cells: Cells): [top: string, bottom: string] {
  const { min, max } = cellRange(cells)
  const { values, range, unit } = cells
  const beyond = (end: (value: number) => boolean) =>
    range !== undefined && values.some((value) => value !== null && Number.isFinite(value) && end(value))
  const text = (value: number) => plainNumber(unit === 'percent' ? 100 * value : value, 3)
  return [
    `${beyond((value) => value > max) ? '≥ ' : ''}${text(max)}`,
    `${beyond((value) => value < min) ? '≤ ' : ''}${text(min)}`,
  ]
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

/** The colour of a value between the ends of a map. */
export function colourIn(colours: readonly string[], value: number, min: number, max: number): string {
  const at = Math.round(((value - min) / (max - min)) * (colours.length - 1))
  return colours[Math.min(colours.length - 1, Math.max(0, at))] ?? '#000000'
}

/** Black or white, whichever has the higher contrast (WCAG relative luminance) with a colour #rrggbb. */
export function inkOn(hex: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const s = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff'
}
