import { sequentialMaps, signedMap, type ColourMap, type SequentialMap } from '../colour/list.ts'
import { defaultPalette, type Palette } from './palette.ts'

/**
 * Colours, lengths and fonts of a figure. Lengths are in the unit of the drawing: CSS pixels on screen, points (1/72
 * in) on paper, so a font size of 8 is 8 pt in the printed figure.
 */
export interface FigureTheme {
  name: 'light' | 'dark' | 'paper'
  fontFamily: string
  fontSize: number
  /** Colour of text and axis lines. */
  ink: string
  /** Colour of tick labels and notes. */
  muted: string
  grid: string
  background: string
  lineWidth: number
  symbolSize: number
  bandOpacity: number
  /** Draws the title inside the figure. In papers the caption has the title. */
  title: boolean
  animation: boolean
  tooltip: boolean
  sequential: SequentialMap
  palette: Palette
  /** Width of a text in the unit of the drawing. Without this function an average width per character is used. */
  textWidth?: (text: string, fontSize: number) => number
}

/** Theme of the window. `screenTheme('dark')` is for a dark page. Both have a transparent background. */
export function screenTheme(mode: 'light' | 'dark', options: Partial<FigureTheme> = {}): FigureTheme {
  const dark = mode === 'dark'
  return {
    name: mode,
    fontFamily: "'Inter Variable', Inter, system-ui, sans-serif",
    fontSize: 12,
    ink: dark ? '#e4e4e7' : '#27272a',
    muted: dark ? '#a1a1aa' : '#52525b',
    grid: dark ? '#3f3f46' : '#e4e4e7',
    background: 'transparent',
    lineWidth: 2,
    symbolSize: 7,
    bandOpacity: 0.2,
    title: false,
    animation: true,
    tooltip: true,
    sequential: sequentialMaps[0],
    palette: defaultPalette,
    ...options,
  }
}

/** Theme of exported figures: white background, lengths in points, no animation. */
export function paperTheme(options: Partial<FigureTheme> = {}): FigureTheme {
  return {
    name: 'paper',
    fontFamily: 'Inter',
    fontSize: 8,
    ink: '#000000',
    muted: '#262626',
    grid: '#e0e0e0',
    background: '#ffffff',
    lineWidth: 1.1,
    symbolSize: 4.5,
    bandOpacity: 0.18,
    title: false,
    sequential: sequentialMaps[0],
    palette: defaultPalette,
    ...options,
    animation: false,
    tooltip: false,
  }
}

/** The colour map for cells of this kind. */
export const cellMap = (kind: 'sequential' | 'diverging', { sequential }: FigureTheme): ColourMap =>
  kind === 'diverging' ? signedMap : sequential

/** The colour behind a drawing, also where its own background is transparent. */
export const groundOf = ({ name, background }: FigureTheme): string =>
  background !== 'transparent' ? background : name === 'dark' ? '#18181b' : '#ffffff'

/** Width of a text in the unit of the drawing, as the theme measures it, else 0.55 em per character. */
export function textWidth(theme: FigureTheme, text: string, fontSize = theme.fontSize): number {
  return theme.textWidth?.(text, fontSize) ?? text.length * fontSize * 0.55
}
