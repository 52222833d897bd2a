import { matches, parseChord, type KeyPress } from './keys.ts'

export interface ViewKey {
  title: string
  /** Chords as in the command table. Chords in `keys` are shown; those in `also` do the same. */
  keys: readonly string[]
  also?: readonly string[]
}

/** The moves of keys in a grid or a list. */
export const moves = ['left', 'right', 'up', 'down', 'pageUp', 'pageDown', 'first', 'last'] as const
export type Move = (typeof moves)[number]

const arrows = <T extends string>(title: T) => ({
  left: { title, keys: ['Left'] },
  right: { title, keys: ['Right'] },
  up: { title, keys: ['Up'] },
  down: { title, keys: ['Down'] },
})
const far = 'A page up, down; first, last'
const leaps = {
  pageUp: { title: far, keys: ['PageUp'] },
  pageDown: { title: far, keys: ['PageDown'] },
  first: { title: far, keys: ['Home'] },
  last: { title: far, keys: ['End'] },
}
const neighbours = {
  previous: { title: 'Previous image', keys: ['Left'] },
  next: { title: 'Next image', keys: ['Right'] },
}
const frame = 'A frame back, on; first, last'

/**
 * The keys of the views, by where they work and what they do there. The sheet of shortcuts shows all of them, with keys
 * of the same title in one row. Pages (`useViewKeys`) and elements (`onViewKey`) bind actions to the names.
 */
export const viewKeys = {
  list: {
    title: 'In a list',
    keys: {
      up: { title: 'Move', keys: ['Up'] },
      down: { title: 'Move', keys: ['Down'] },
      open: { title: 'Open', keys: ['Enter'] },
      choose: { title: 'Choose, or not', keys: ['Space'] },
      all: { title: 'Choose all', keys: ['Mod+A'] },
      rename: { title: 'Rename a study', keys: ['F2'] },
    },
  },
  grid: {
    title: 'In a grid of images',
    keys: {
      ...arrows('Move'),
      ...leaps,
      open: { title: 'Open', keys: ['Enter'] },
      choose: { title: 'Choose, or not', keys: ['Space'] },
      extend: {
        title: 'Choose up to there',
        keys: ['Shift+Up', 'Shift+Down'],
        also: ['Shift+Left', 'Shift+Right', 'Shift+PageUp', 'Shift+PageDown', 'Shift+Home', 'Shift+End'],
      },
      all: { title: 'Choose all', keys: ['Mod+A'] },
      none: { title: 'Choose none', keys: ['Esc'] },
    },
  },
  image: {
    title: 'On an image',
    keys: {
      ...neighbours,
      larger: { title: 'Larger', keys: ['+'], also: ['='] },
      smaller: { title: 'Smaller', keys: ['-'] },
      fit: { title: 'Fit', keys: ['0'] },
      choose: { title: 'Choose, or not', keys: ['X'] },
      back: { title: 'Back', keys: ['Esc'] },
    },
  },
  studyImage: {
    title: 'On an image of a study',
    keys: { ...neighbours, back: { title: 'Back', keys: ['Esc'] } },
  },
  newStudy: {
    title: 'In a new study',
    keys: {
      next: { title: 'Next step, step before', keys: ['Alt+PageDown'] },
      back: { title: 'Next step, step before', keys: ['Alt+PageUp'] },
      start: { title: 'Start', keys: ['Mod+Enter'] },
    },
  },
  pipeline: {
    title: 'On a step of a pipeline',
    keys: {
      up: { title: 'Move it', keys: ['Alt+Up'] },
      down: { title: 'Move it', keys: ['Alt+Down'] },
      remove: { title: 'Take it out', keys: ['Alt+Delete'] },
    },
  },
  chooser: { title: 'Where an image is chosen', keys: neighbours },
  kernels: {
    title: 'In a sheet of kernels or a map',
    keys: { ...arrows('Move'), ...leaps, open: { title: 'Open, or pick', keys: ['Enter'] } },
  },
  panels: {
    title: 'On a panel of a figure',
    keys: {
      up: { title: 'Move it', keys: ['Alt+Up'] },
      down: { title: 'Move it', keys: ['Alt+Down'] },
      remove: { title: 'Take it out', keys: ['Delete'], also: ['Backspace'] },
    },
  },
  files: {
    title: 'Among files of another machine',
    keys: {
      up: { title: 'Move', keys: ['Up'] },
      down: { title: 'Move', keys: ['Down'] },
      pageUp: leaps.pageUp,
      pageDown: leaps.pageDown,
      open: { title: 'Open the folder, choose the file', keys: ['Enter'] },
      complete: { title: 'Complete the name', keys: ['Tab'] },
      parent: { title: 'The folder around it', keys: ['Alt+Up'] },
      mark: { title: 'Mark the file, or not', keys: ['Shift+Enter'] },
      choose: { title: 'Choose what is marked or open', keys: ['Mod+Enter'] },
    },
  },
  gallery: {
    title: 'In the gallery',
    keys: {
      ...arrows('Neighbours'),
      first: { title: 'First and last of a row', keys: ['Home'] },
      last: { title: 'First and last of a row', keys: ['End'] },
      open: { title: 'Show large', keys: ['Enter'] },
      clean: { title: 'The clean picture beside a large one', keys: ['Space'] },
      play: { title: 'Run or stop a film', keys: ['Space'] },
      frameBack: { title: frame, keys: ['Left'] },
      frameOn: { title: frame, keys: ['Right'] },
      firstFrame: { title: frame, keys: ['Home'] },
      lastFrame: { title: frame, keys: ['End'] },
    },
  },
} as const satisfies Record<string, { title: string; keys: Record<string, ViewKey> }>

/** Rows of the sheet: keys of the same title together. */
export function keyRows(keys: Readonly<Record<string, ViewKey>>): { title: string; chords: string[] }[] {
  const titles = [...new Set(Object.values(keys).map(({ title }) => title))]
  return titles.map((title) => ({
    title,
    chords: Object.values(keys).flatMap((key) => (key.title === title ? [...key.keys] : [])),
  }))
}

/** The bound action of a key press; null for none. */
export function viewActionOf<A extends string>(
  keys: Readonly<Record<A, ViewKey>>,
  press: KeyPress,
  mac: boolean,
  isBound: (action: A) => boolean = () => true,
): A | null {
  for (const action in keys) {
    if (!isBound(action)) continue
    const strokes = [...keys[action].keys, ...(keys[action].also ?? [])].flatMap(parseChord)
    if (strokes.some((stroke) => matches(stroke, press, mac))) return action
  }
  return null
}
