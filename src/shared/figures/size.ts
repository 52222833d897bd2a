import type { FigureTheme } from './theme.ts'

/** Size of the drawing in its unit: CSS pixels on screen, points on paper. */
export interface FigureSize {
  width: number
  height: number
}

export const defaultSize: FigureSize = { width: 640, height: 400 }

/** Gap between the parts of a figure, in the unit of the drawing. */
export const gap = (theme: FigureTheme) => theme.fontSize * 0.6
