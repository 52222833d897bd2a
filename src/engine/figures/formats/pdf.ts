import type { Render } from './definition.ts'

export const pdf: Render = async (sheet) => (await import('../pdf/index.ts')).renderPdf(sheet)
