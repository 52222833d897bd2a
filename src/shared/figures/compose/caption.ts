import { figureCaption } from '../caption.ts'
import { describeFigure } from '../describe.ts'
import type { FigureSpec } from '../spec.ts'
import type { FigureStyle } from './composition.ts'

/** Letter of a panel in the given style; empty where there is only one panel. */
export function panelLetter(letters: FigureStyle['letters'], at: number, count: number): string {
  if (letters === 'none' || count < 2) return ''
  const small = String.fromCharCode(97 + (at % 26))
  const letter = letters.includes('A') ? small.toUpperCase() : small
  return letters.startsWith('(') ? `(${letter})` : letter
}

/**
 * Draft of a composed figure's caption: what each panel shows, then once the sentences that several panels share
 * (definitions, n).
 */
export function composedCaption(
  title: string,
  specs: readonly FigureSpec[],
  letters: FigureStyle['letters'],
): string {
  const counts = new Map<string, number>()
  for (const { notes } of specs)
    for (const note of new Set(notes)) counts.set(note, (counts.get(note) ?? 0) + 1)
  const shared = (note: string) => specs.length > 1 && (counts.get(note) ?? 0) > 1
  const own = specs.map((spec, at) => {
    const text = figureCaption({ ...spec, notes: spec.notes.filter((note) => !shared(note)) })
    const letter = panelLetter(letters === 'none' ? '(a)' : letters, at, specs.length)
    return letter === '' ? text : `${letter} ${text}`
  })
  const common = [...counts.keys()].filter(shared)
  return [...(specs.length > 1 ? [sentence(title)] : []), ...own, ...common.map(sentence)].join(' ')
}

/**
 * A composed figure in words, for readers who do not see it: each panel as `describeFigure` describes it, then the
 * notes.
 */
export function composedAlt(
  title: string,
  specs: readonly FigureSpec[],
  letters: FigureStyle['letters'],
): string {
  const panels = specs.map((spec, at) =>
    [
      panelLetter(letters === 'none' ? '(a)' : letters, at, specs.length),
      sentence(spec.title),
      describeFigure(spec),
    ]
      .filter(Boolean)
      .join(' '),
  )
  const notes = new Set(specs.flatMap((spec) => spec.notes))
  return [...(specs.length > 1 ? [sentence(title)] : []), ...panels, ...notes].join('\n')
}

const sentence = (text: string) => text.trim().replace(/\.*$/, '.')
