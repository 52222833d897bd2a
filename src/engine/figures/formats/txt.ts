import type { WriteText } from './definition.ts'

/** A draft of the caption. */
export const txt: WriteText = ({ caption }) => `${caption()}\n`
