import { matches, parseChord, type KeyPress } from './keys.ts'

export interface ViewKey {
  title: string
  /** Chords as in the command table. The first ones are shown, those in `also` do the same. */
  keys: readonly string[]
  also?: readonly string[]
}

/**
 * Keys of the views, by where they work. The sheet of shortcuts reads all of it; the pages of images take their keys from
 * here (`useViewKeys`), the others are bound where their elements are.
 */
export const viewKeys = {
  grid: {
    title: 'In a grid of images',
    keys: {
      move: { title: 'Move', keys: ['Left', 'Right', 'Up', 'Down'] },
      leap: { title: 'A page up, down; first, last', keys: ['PageUp', 'PageDown', 'Home', 'End'] },
      open: { title: 'Open', keys: ['Enter'] },
      choose: { title: 'Choose, or not', keys: ['Space'] },
      extend: { title: 'Choose up to there', keys: ['Shift+Up', 'Shift+Down'] },
      all: { title: 'Choose all', keys: ['Mod+A'] },
      none: { title: 'Choose none', keys: ['Esc'] },
    },
  },
  image: {
    title: 'On an image',
    keys: {
      previous: { title: 'Previous image', keys: ['Left'] },
      next: { title: 'Next image', keys: ['Right'] },
      larger: { title: 'Larger', keys: ['+'], also: ['='] },
      smaller: { title: 'Smaller', keys: ['-'] },
      fit: { title: 'Fit', keys: ['0'] },
      choose: { title: 'Choose, or not', keys: ['X'] },
      back: { title: 'Back', keys: ['Esc'] },
    },
  },
  studyImage: {
    title: 'On an image of a study',
    keys: {
      previous: { title: 'Previous image', keys: ['Left'] },
      next: { title: 'Next image', keys: ['Right'] },
      back: { title: 'Back', keys: ['Esc'] },
    },
  },
  kernels: {
    title: 'In a sheet of kernels or a map',
    keys: {
      move: { title: 'Move', keys: ['Left', 'Right', 'Up', 'Down'] },
      open: { title: 'Open, or pick', keys: ['Enter'] },
    },
  },
  panels: {
    title: 'On a panel of a figure',
    keys: {
      move: { title: 'Move it', keys: ['Alt+Up', 'Alt+Down'] },
      remove: { title: 'Take it out', keys: ['Delete'] },
    },
  },
  gallery: {
    title: 'In the gallery',
    keys: {
      move: { title: 'Neighbours', keys: ['Left', 'Right', 'Up', 'Down'] },
      open: { title: 'Show large', keys: ['Enter'] },
      clean: { title: 'The clean picture beside a large one', keys: ['Space'] },
      play: { title: 'Run or stop a film', keys: ['Space'] },
      step: { title: 'A frame back, on; first, last', keys: ['Left', 'Right', 'Home', 'End'] },
    },
  },
} as const satisfies Record<string, { title: string; keys: Record<string, ViewKey> }>

/** The action that a key press is for; null for none. */
export function viewActionOf<A extends string>(
  keys: Readonly<Record<A, ViewKey>>,
  press: KeyPress,
  mac: boolean,
): A | null {
  for (const action in keys) {
    const strokes = [...keys[action].keys, ...(keys[action].also ?? [])].flatMap(parseChord)
    if (strokes.some((stroke) => matches(stroke, press, mac))) return action
  }
  return null
}
