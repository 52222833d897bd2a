/** Measures the width of a text, in the unit of the drawing. */
export type Measure = (text: string) => number

/** Places where a line can end: after a space, a hyphen, an underscore, a slash or a comma, and before a bracket. */
const breaks = /(?<=[\s_\-/,])|(?=\()/

const ellipsis = '…'

/** Shortens a text in its middle until it is no wider than `width`; at least its first character remains. */
export function shortened(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text
  const characters = [...text]
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const [head, tail] = [Math.ceil(kept / 2), Math.floor(kept / 2)]
    const shorter = `${characters.slice(0, head).join('').trimEnd()}${ellipsis}${characters.slice(-tail).join('').trimStart()}`
    if (measure(shorter) <= width) return shorter
  }
  return `${characters[0] ?? ''}${ellipsis}`
}

/**
 * Shortens names that are wider than `width`. What all of them share at their ends goes first, since it does not tell
 * them apart: "stages.0.conv (31×31)", "stages.1.conv (31×31)" become "stages.0…", "stages.1…".
 */
export function shortenedTogether(names: readonly string[], width: number, measure: Measure): string[] {
  if (names.every((name) => measure(name) <= width)) return [...names]
  const shared = names.length > 1 ? sharedEnd(names) : ''
  return names.map((name) =>
    shared.length > 2 && measure(name) > width
      ? shortened(`${name.slice(0, -shared.length)}${ellipsis}`, width, measure)
      : shortened(name, width, measure),
  )
}

/** The longest end that all names have, without what would leave nothing of one. */
function sharedEnd([first = '', ...others]: readonly string[]): string {
  for (let from = 1; from < first.length; from++) {
    const end = first.slice(from)
    if (others.every((name) => name.length > end.length && name.endsWith(end))) return end
  }
  return ''
}

/**
 * Breaks a text into lines no wider than `width`. What does not fit into `most` lines is shortened in the middle of the
 * last line; so is a word that is wider than a line.
 */
export function fittedLines(text: string, width: number, most: number, measure: Measure): string[] {
  const lines: string[] = []
  const parts = text.split(breaks).filter((part) => part !== '')
  let line = ''
  for (const [at, part] of parts.entries()) {
    const longer = line + part
    if (line === '' || measure(longer.trimEnd()) <= width) {
      line = longer
      continue
    }
    if (lines.length === most - 1)
      return [...lines, shortened([line, ...parts.slice(at)].join('').trim(), width, measure)]
    lines.push(shortened(line.trim(), width, measure))
    line = part
  }
  return [...lines, shortened(line.trim(), width, measure)]
}

/** Width of the widest of some texts; 0 without any. */
export const widest = (texts: readonly string[], measure: Measure): number =>
  Math.max(0, ...texts.map((text) => measure(text)))
