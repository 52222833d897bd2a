import { tables } from './tables.ts'

/** Sequential maps for magnitudes, and one diverging map whose centre is zero. */
export type ColourMap = 'viridis' | 'cividis' | 'diverging'

const luts = new Map<ColourMap, Uint8ClampedArray>()

/** The map as 256 RGB triples, [256 * 3]. */
export function lut(map: ColourMap): Uint8ClampedArray {
  const known = luts.get(map)
  if (known) return known
  const hex = tables[map === 'diverging' ? 'rdbu' : map]
  const table = Uint8ClampedArray.from({ length: 768 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  )
  luts.set(map, table)
  return table
}

/** Place of a value in the table, 0 to 255; below and above the range it stays at the ends. An empty range gives the middle. */
export function lutIndex(value: number, min: number, max: number): number {
  if (!(max > min)) return 128
  const t = ((value - min) / (max - min)) * 255
  return t <= 0 ? 0 : t >= 255 ? 255 : Math.round(t)
}

/** CSS colour of a value. */
export function colourOf(map: ColourMap, value: number, min: number, max: number): string {
  const table = lut(map)
  const at = 3 * lutIndex(value, min, max)
  return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`
}

/** The map from left to right as a CSS gradient, for a colour bar. */
export function gradient(map: ColourMap, steps = 16): string {
  const stops = Array.from({ length: steps + 1 }, (_, i) => colourOf(map, i, 0, steps))
  return `linear-gradient(to right, ${stops.join(', ')})`
}
