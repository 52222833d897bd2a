import type { WriteText } from './definition.ts'

export const json: WriteText = ({ figure }) => `${JSON.stringify(figure, null, 2)}\n`
