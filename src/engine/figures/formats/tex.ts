import { latexLabel, latexText } from '#shared/figures/latexText.ts'
import type { WriteText } from './definition.ts'

/** The caption and label for a figure environment, to \input or to copy. */
export const tex: WriteText = ({ caption, name }) =>
  `\\caption{${latexText(caption())}}\n\\label{fig:${latexLabel(name)}}\n`
