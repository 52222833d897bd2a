import type { Tell } from './definition.ts'

export const json: Tell = ({ figure }) => `${JSON.stringify(figure, null, 2)}\n`
