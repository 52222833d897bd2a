import type { DrawnFormat, WrittenFormat } from '#shared/figures/figureFormats.ts'
import * as all from './all.ts'
import type { Render, Tell, Told } from './definition.ts'

export type { Told }

/** They load what they draw with when they are asked: ECharts takes a third of a second. */
export const renderers: Record<DrawnFormat, Render> = all
export const tellers: Record<WrittenFormat, Tell> = all
