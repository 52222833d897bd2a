import { latexLabel, latexText } from '#shared/figures/latexText.ts'
import type { Tell } from './definition.ts'

/** What stands in a figure environment, by \input or copied. */
export const tex: Tell = ({ caption, name }) =>
  `\\caption{${latexText(caption())}}\n\\label{fig:${latexLabel(name)}}\n`
