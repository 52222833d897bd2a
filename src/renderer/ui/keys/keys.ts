/** One stroke of a chord. Chords are written as in the command table: "Mod+Shift+O", "?", "G M". */
export interface Stroke {
  key: string
  mod: boolean
  shift: boolean
  alt: boolean
}

export interface KeyPress {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}

const named: Record<string, string> = {
  left: 'arrowleft',
  right: 'arrowright',
  up: 'arrowup',
  down: 'arrowdown',
  esc: 'escape',
  space: ' ',
}

/** "G M" → two strokes, "Mod+K" → one. */
export function parseChord(chord: string): Stroke[] {
  return chord.split(' ').map((part) => {
    const pieces = part.split('+')
    const key = (pieces.at(-1) || '+').toLowerCase()
    const has = (name: string) => pieces.slice(0, -1).includes(name)
    return { key: named[key] ?? key, mod: has('Mod'), shift: has('Shift'), alt: has('Alt') }
  })
}

/**
 * Whether a key press is the stroke. Signs such as "?" need Shift on some keyboards, so Shift is not compared for them.
 */
export function matches(stroke: Stroke, press: KeyPress, mac: boolean): boolean {
  const mod = mac ? press.metaKey : press.ctrlKey
  const other = mac ? press.ctrlKey : press.metaKey
  const sign = /^[^a-z\d]$/.test(stroke.key)
  return (
    press.key.toLowerCase() === stroke.key &&
    mod === stroke.mod &&
    !other &&
    press.altKey === stroke.alt &&
    (sign || press.shiftKey === stroke.shift)
  )
}

/** The parts to show in <kbd>: "Mod+Shift+O" → ["Ctrl", "Shift", "O"]. A second chord follows "then". */
export function keyCaps(chord: string, mac: boolean): string[] {
  const caps: Record<string, string> = {
    Mod: mac ? '⌘' : 'Ctrl',
    Shift: mac ? '⇧' : 'Shift',
    Alt: mac ? '⌥' : 'Alt',
    Left: '←',
    Right: '→',
    Up: '↑',
    Down: '↓',
    PageUp: 'PgUp',
    PageDown: 'PgDn',
  }
  return chord.split(' ').flatMap((part, i) => {
    const parts = (part === '+' ? ['+'] : part.split('+')).map((piece) => caps[piece] ?? piece)
    return i === 0 ? parts : ['then', ...parts]
  })
}

/** Reads key presses; returns the id of a command when one of its chords is complete. */
export function chordReader(
  bindings: readonly { id: string; chord: string }[],
  mac: boolean,
  patience = 1200,
) {
  const parsed = bindings.map(({ id, chord }) => ({ id, strokes: parseChord(chord) }))
  let begun: { strokes: Stroke[]; id: string }[] = []
  let since = 0
  return (press: KeyPress, now: number): { id: string } | { pending: true } | null => {
    const open = now - since < patience ? begun : []
    begun = []
    const second = open.find(({ strokes }) => strokes[1] && matches(strokes[1], press, mac))
    if (second) return { id: second.id }
    const hits = parsed.filter(({ strokes }) => strokes[0] && matches(strokes[0], press, mac))
    const whole = hits.find(({ strokes }) => strokes.length === 1)
    if (whole) return { id: whole.id }
    begun = hits
    since = now
    return hits.length > 0 ? { pending: true } : null
  }
}
