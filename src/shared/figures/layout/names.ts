import { fittedLines, shortenedTogether, widest, type Measure } from './fitText.ts'

/** Names of categories under or beside an axis, as they are written. */
export interface WrittenNames {
  /** One text per category, with line breaks. */
  texts: string[]
  fontSize: number
  /** Degrees, anticlockwise. */
  rotate: 0 | 40 | 90
  /** Only every so many names are written; 1 for all. */
  every: number
  /** Space below or beside the axis, in the unit of the drawing. */
  room: number
  /** How far the rotated names reach to the left of the plot. */
  reach: number
}

export const lineHeight = 1.15

/** The smallest size of names, in sizes of the figure's type. */
const least = 0.68

interface Fit {
  /** Distance between categories. */
  pitch: number
  /** Size of the figure's type; names are 0.9 of it. */
  type: number
  /** The most room the names may take. */
  most: number
  measure(text: string, fontSize: number): number
}

/**
 * Names under the horizontal axis: side by side in up to three lines, else rotated and shortened, else upright, else
 * only as many as fit.
 */
export function namesBelow(names: readonly string[], fit: Fit): WrittenNames {
  const { pitch, type, most } = fit
  const fontSize = type * 0.9
  const measure: Measure = (text) => fit.measure(text, fontSize)
  const free = pitch - type * 0.4
  const lines = names.map((name) => fittedLines(name, free, 3, measure))
  const whole = lines.every((own, at) => sameText(own, names[at] ?? '') && widest(own, measure) <= free)
  if (whole) {
    const rows = Math.max(0, ...lines.map((own) => own.length))
    const texts = lines.map((own) => own.join('\n'))
    return { texts, fontSize, rotate: 0, every: 1, reach: 0, room: rows * fontSize * lineHeight }
  }
  if (pitch >= type * 1.35) {
    const [sin, cos] = [Math.sin((40 * Math.PI) / 180), Math.cos((40 * Math.PI) / 180)]
    const texts = shortenedTogether(names, (most - fontSize * cos) / sin, measure)
    const room = widest(texts, measure) * sin + fontSize * cos
    const reach = Math.max(0, ...texts.map((text, at) => measure(text) * cos - (at + 0.5) * pitch))
    return { texts, fontSize, rotate: 40, every: 1, reach, room }
  }
  const { size, every } = packed(pitch, type)
  const small: Measure = (text) => fit.measure(text, size)
  const texts = shortenedTogether(names, most, small)
  return { texts, fontSize: size, rotate: 90, every, reach: 0, room: widest(shown(texts, every), small) }
}

/** Names beside the vertical axis, shortened to the room there is. */
export function namesBeside(names: readonly string[], fit: Fit): WrittenNames {
  const { size, every } = packed(fit.pitch, fit.type)
  const measure: Measure = (text) => fit.measure(text, size)
  const texts = shortenedTogether(names, fit.most, measure)
  return { texts, fontSize: size, rotate: 0, every, reach: 0, room: widest(shown(texts, every), measure) }
}

const shown = (texts: readonly string[], every: number) => texts.filter((_, at) => at % every === 0)

/** Size of names that stand in rows, and how many rows share a name. */
function packed(pitch: number, type: number): { size: number; every: number } {
  const size = Math.min(type * 0.9, Math.max(type * least, pitch / 1.05))
  return { size, every: Math.max(1, Math.ceil((size * 1.02) / pitch)) }
}

const sameText = (lines: readonly string[], name: string) =>
  lines.join('').replace(/\s/g, '') === name.replace(/\s/g, '')
