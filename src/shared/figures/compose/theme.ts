import { paperTheme, type FigureTheme } from '../theme.ts'
import type { FigureStyle } from './composition.ts'

/** The paper theme of a style. It never draws titles inside panels; they stand beside them. */
export function styleTheme(style: FigureStyle): FigureTheme {
  const paper = paperTheme({
    fontSize: style.fontSize,
    lineWidth: style.lineWidth,
    symbolSize: style.symbolSize,
    sequential: style.sequential,
    palette: { colours: style.palette, marks: style.marks },
  })
  return style.gridLines ? paper : { ...paper, grid: 'transparent' }
}
