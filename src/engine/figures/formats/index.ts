import type { DrawnFormat, WrittenFormat } from '#shared/figures/figureFormats.ts'
import * as all from './all.ts'
import type { FigureInfo, Render, WriteText } from './definition.ts'

export type { FigureInfo }

/** Renderers of the drawn formats. They load their libraries when called: ECharts takes a third of a second. */
export const renderers: Record<DrawnFormat, Render> = all
/** Writers of the written formats. */
export const writers: Record<WrittenFormat, WriteText> = all
