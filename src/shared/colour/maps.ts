import { colourMaps, type ColourMap } from './list.ts'

const luts = new Map<ColourMap, Uint8ClampedArray>()

/** The map as 256 RGB triples, [256 * 3], 0 to 255. */
export function lut(map: ColourMap): Uint8ClampedArray {
  const known = luts.get(map)
  if (known) return known
  const table = spread(colourMaps.find(({ id }) => id === map)?.stops ?? '')
  luts.set(map, table)
  return table
}

/** Spreads colours in hexadecimal digits evenly over 256 entries. */
function spread(stops: string): Uint8ClampedArray {
  const last = stops.length / 6 - 1
  const level = (stop: number, channel: number) =>
    Number.parseInt(stops.slice(6 * stop + 2 * channel, 6 * stop + 2 * channel + 2), 16)
  return Uint8ClampedArray.from({ length: 768 }, (_, i) => {
    const at = (Math.floor(i / 3) * last) / 255
    const below = Math.min(last, Math.floor(at))
    const low = level(below, i % 3)
    return at === below ? low : low + (at - below) * (level(below + 1, i % 3) - low)
  })
}

/**
 * Index of a value in the table, 0 to 255. Values below `min` give 0 and values above `max` give 255. An empty range
 * gives the middle.
 */
export function lutIndex(value: number, min: number, max: number): number {
  if (!(max > min)) return 128
  const t = ((value - min) / (max - min)) * 255
  return t <= 0 ? 0 : t >= 255 ? 255 : Math.round(t)
}

/** CSS colour of a value on a map that runs from `min` to `max`. */
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
