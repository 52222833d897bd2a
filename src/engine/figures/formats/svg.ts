import type { Render } from './definition.ts'

export const svg: Render = async (sheet, { text }) => {
  const { renderSvg } = await import('../svg.ts')
  return new TextEncoder().encode(renderSvg(sheet, text === undefined ? {} : { text }))
}
