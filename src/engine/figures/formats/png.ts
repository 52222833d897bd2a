import type { Render } from './definition.ts'

export const png: Render = async (sheet, { dpi }) => (await import('../png.ts')).renderPng(sheet, dpi)
