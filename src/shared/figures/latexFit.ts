import type { PrintedColumn } from './cells.ts'

/** Type size and spacing that keep a table within the width of the text. */
export interface TableFit {
  /** Command for the type size; empty for the size of the text. */
  size: string
  /** Space beside a column in points; null for LaTeX's default. */
  columnSep: number | null
  /** Size of the type, where that of the text is 1. */
  scale: number
  /** Letters in a line of a header, unless a word or a number below it is longer. */
  header: number
}

/** Fits within one column of a paper of two. The most readable comes first; smaller type is for wider tables only. */
const columnFits: readonly TableFit[] = [
  { size: '', columnSep: null, header: 10, scale: 1 },
  { size: '\\small', columnSep: 5, header: 10, scale: 0.93 },
  { size: '\\small', columnSep: 3, header: 6, scale: 0.93 },
  { size: '\\footnotesize', columnSep: 3, header: 6, scale: 0.85 },
  { size: '\\footnotesize', columnSep: 2, header: 4, scale: 0.85 },
]

/** Fits within the text. The most readable comes first. */
const fits: readonly TableFit[] = [
  { size: '', columnSep: null, header: 10, scale: 1 },
  { size: '\\small', columnSep: 5, header: 10, scale: 0.93 },
  { size: '\\small', columnSep: 4, header: 6, scale: 0.93 },
  { size: '\\footnotesize', columnSep: 4, header: 6, scale: 0.85 },
  { size: '\\scriptsize', columnSep: 3, header: 6, scale: 0.8 },
  { size: '\\tiny', columnSep: 2, header: 6, scale: 0.68 },
]

/**
 * Widths in points: LaTeX's default space beside a column, one column of a two-column paper (3.25 inches, as of ICML
 * and CVPR), and the text of a one-column paper (5.5 inches).
 */
const usualSep = 6
const columnWidth = 234
const textWidth = 397

/** Breaks a header into lines that are about as wide as the cells below it, or as `shortest` letters. */
export function headerLines(
  { title, cells }: Pick<PrintedColumn, 'title' | 'cells'>,
  shortest: number,
): string[] {
  const widest = Math.max(shortest, ...cells.map(({ text }) => text.length))
  const lines: string[] = []
  for (const word of title.split(' ')) {
    const last = lines.at(-1)
    // A single sign stays on the line of the word before it.
    const fits = last !== undefined && (last.length + 1 + word.length <= widest || /^[%=]$/.test(word))
    if (fits) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/**
 * Widths of letters in points, in LaTeX's default 10 point type. Letters that are not listed are as wide as a digit.
 */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!]/, 2.8],
  [/[ftrs()[\]/ -]/, 3.8],
  [/[mw%MW]/, 8.4],
  [/[A-Z]/, 7.2],
  [/[bdhknpquvxy]/, 5.5],
]
const widthOf = (text: string) =>
  [...text].reduce((sum, letter) => sum + (widths.find(([which]) => which.test(letter))?.[1] ?? 5), 0)
const arrowWidth = 8.5

/**
 * The first fit that is narrow enough for one column of two, estimated by the widths of letters; else (`wide`) the first
 * that is narrow enough for the text. ICML's type, Times, is narrower than the default type.
 *
 * @param breaks the table breaks across pages, which it does in a text of one column only
 */
export function fitOf(columns: readonly PrintedColumn[], breaks = false): TableFit & { wide: boolean } {
  const lettersIn = (column: PrintedColumn, header: number) => {
    const lines = headerLines(column, header).map(widthOf)
    const arrow = column.better === null ? 0 : arrowWidth
    return Math.max(...lines, (lines.at(-1) ?? 0) + arrow, ...column.cells.map(({ text }) => widthOf(text)))
  }
  const widthIn = ({ columnSep, header, scale }: TableFit) =>
    columns.reduce((sum, column) => sum + lettersIn(column, header) * scale + 2 * (columnSep ?? usualSep), 0)
  const narrow = breaks ? undefined : columnFits.find((one) => widthIn(one) <= columnWidth)
  if (narrow) return { ...narrow, wide: false }
  const found = fits.find((one) => widthIn(one) <= textWidth) ?? fits.at(-1)
  if (!found) throw new RangeError('there is no size of type')
  return { ...found, wide: !breaks }
}
