/**
 * Okabe and Ito 2008: eight colours that people with any common kind of colour vision can tell apart. In this order the
 * first ones also differ in lightness; yellow, the weakest on paper, is last. `null` is the theme's text colour.
 */
export const okabeIto: readonly (string | null)[] = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#E69F00',
  '#56B4E9',
  null,
  '#F0E442',
]

/** Dash patterns, solid first. Lengths are multiples of the line width. */
const dashes: readonly (readonly number[])[] = [
  [],
  [6, 2],
  [2, 2],
  [8, 2, 2, 2],
  [4, 1],
  [1, 2],
  [10, 3],
  [6, 2, 2, 2, 2, 2],
]

/** Symbols: names known to ECharts, then paths in the square [-1,1]² (triangle on its point, plus, pentagon, star). */
const symbols: readonly string[] = [
  'circle',
  'rect',
  'triangle',
  'diamond',
  'path://M-1,-0.9H1L0,0.9Z',
  'path://M-1,-0.3H-0.3V-1H0.3V-0.3H1V0.3H0.3V1H-0.3V0.3H-1Z',
  'path://M0,-1L0.95,-0.31L0.59,0.81H-0.59L-0.95,-0.31Z',
  'path://M0,-1L0.25,-0.35L0.95,-0.31L0.4,0.13L0.59,0.81L0,0.42L-0.59,0.81L-0.4,0.13L-0.95,-0.31L-0.25,-0.35Z',
]

export interface Mark {
  colour: string
  /** Colour of areas, which have no dash or symbol to tell them apart. */
  fill: string
  /** Dash pattern in the unit of the figure, empty for a solid line. */
  dash: number[]
  symbol: string
}

/** Grey levels that can be told apart in print without colour; `null` is the theme's text colour. */
const greys: readonly (string | null)[] = [null, '#767676', '#a6a6a6']

/** Grey levels of areas, neighbours far apart; `null` is the theme's text colour. */
const greyFills: readonly (string | null)[] = [
  null,
  '#a6a6a6',
  '#5e5e5e',
  '#d9d9d9',
  '#3b3b3b',
  '#8a8a8a',
  '#ececec',
  '#737373',
]

/** The colours of series, and the second mark that tells series apart. */
export interface Palette {
  /** grey: text colour and two greys, for print without colour. */
  colours: 'colour' | 'grey'
  /** There is always a second mark, because many readers cannot tell series apart by colour alone. */
  marks: 'both' | 'dash' | 'symbol'
}

export const defaultPalette: Palette = { colours: 'colour', marks: 'both' }

/** Dash of values that were not measured here but printed in a paper. */
export const reportedDash: readonly number[] = [3, 3]

/** Dash of baselines that results are compared with. */
export const baselineDash: readonly number[] = [1, 2]

/**
 * Colour and second mark of a palette slot. Slots from 8 on reuse colours with another dash and symbol, so that 64
 * slots stay distinct.
 *
 * @param slot index in the palette, from 0
 * @param ink colour of the theme's text, used for black
 * @param lineWidth in the unit of the figure; dashes grow with it
 */
export function mark(slot: number, ink: string, lineWidth: number, palette = defaultPalette): Mark {
  const colours = palette.colours === 'grey' ? greys : okabeIto
  // Colours repeat after eight slots in every palette, so that marks do not depend on the palette.
  const second = (slot + Math.floor(slot / okabeIto.length)) % dashes.length
  const dash = palette.marks === 'symbol' ? [] : (dashes[second] ?? [])
  const colour = colours[slot % colours.length] ?? ink
  return {
    colour,
    fill: palette.colours === 'grey' ? (greyFills[slot % greyFills.length] ?? ink) : colour,
    dash: dash.map((length) => length * lineWidth),
    symbol: palette.marks === 'dash' ? 'circle' : (symbols[second] ?? 'circle'),
  }
}
