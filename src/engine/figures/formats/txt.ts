import type { Tell } from './definition.ts'

/** A draft of the caption. */
export const txt: Tell = ({ caption }) => `${caption()}\n`
