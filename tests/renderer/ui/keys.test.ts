import { describe, expect, it } from 'vitest'
import { commandTable } from '#shared/commands.ts'
import { keyRows, viewActionOf, viewKeys } from '../../../src/renderer/ui/keys/viewKeys.ts'
import {
  chordReader,
  keyCaps,
  matches,
  parseChord,
  type KeyPress,
} from '../../../src/renderer/ui/keys/keys.ts'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})
const bindings: { id: string; chord: string }[] = commandTable.flatMap(({ id, keys }) =>
  keys.map((chord) => ({ id, chord })),
)

describe('chords', () => {
  it('match the modifier of the platform', () => {
    const [stroke] = parseChord('Mod+K')
    expect(stroke && matches(stroke, press('k', { ctrlKey: true }), false)).toBe(true)
    expect(stroke && matches(stroke, press('k', { metaKey: true }), true)).toBe(true)
    expect(stroke && matches(stroke, press('k', { ctrlKey: true }), true)).toBe(false)
    expect(stroke && matches(stroke, press('K', { ctrlKey: true, shiftKey: true }), false)).toBe(false)
  })

  it('match a sign wherever it is on the keyboard', () => {
    const [stroke] = parseChord('?')
    expect(stroke && matches(stroke, press('?', { shiftKey: true }), false)).toBe(true)
    expect(stroke && matches(stroke, press('?'), false)).toBe(true)
  })

  it('are shown as key caps', () => {
    expect(keyCaps('Mod+Shift+O', false)).toEqual(['Ctrl', 'Shift', 'O'])
    expect(keyCaps('Mod+K', true)).toEqual(['⌘', 'K'])
    expect(keyCaps('G M', false)).toEqual(['G', 'then', 'M'])
    expect(keyCaps('+', false)).toEqual(['+'])
  })

  it('run commands, with one stroke or two', () => {
    const read = chordReader(bindings, false)
    expect(read(press('k', { ctrlKey: true }), 0)).toEqual({ id: 'view.palette' })
    expect(read(press('g'), 100)).toEqual({ pending: true })
    expect(read(press('d'), 200)).toEqual({ id: 'go.datasets' })
    expect(read(press('d'), 300)).toBeNull()
  })

  it('forget the first stroke after a while', () => {
    const read = chordReader(bindings, false)
    read(press('g'), 0)
    expect(read(press('m'), 5000)).toBeNull()
  })
})

describe('the command table', () => {
  it('has every id and every chord once', () => {
    const ids = commandTable.map((c) => c.id)
    const chords = bindings.map((b) => b.chord)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(chords).size).toBe(chords.length)
  })

  it('has no chord that another one prevents', () => {
    const single = new Set(bindings.map((b) => b.chord).filter((chord) => !chord.includes(' ')))
    for (const { chord } of bindings) {
      const [first = '', second] = chord.split(' ')
      if (second) expect(single.has(first)).toBe(false)
    }
  })
})

describe('keys of the views', () => {
  it('run the actions of their page', () => {
    const action = (key: string, held = {}) => viewActionOf(viewKeys.image.keys, press(key, held), false)
    expect(['ArrowLeft', 'ArrowRight', '-', '0', 'x', 'Escape'].map((key) => action(key))).toEqual([
      'previous',
      'next',
      'smaller',
      'fit',
      'choose',
      'back',
    ])
    expect([action('+', { shiftKey: true }), action('=')]).toEqual(['larger', 'larger'])
    expect([action('ArrowLeft', { altKey: true }), action('x', { ctrlKey: true }), action('q')]).toEqual([
      null,
      null,
      null,
    ])
    expect(viewActionOf(viewKeys.grid.keys, press(' '), false)).toBe('choose')
    expect(viewActionOf(viewKeys.grid.keys, press('ArrowDown', { shiftKey: true }), false)).toBe('extend')
  })

  it('have one action each on the pages that bind them', () => {
    for (const scope of ['grid', 'image', 'studyImage', 'chooser', 'kernels', 'panels'] as const) {
      const chords = Object.values(viewKeys[scope].keys).flatMap(({ keys }) => [...keys] as string[])
      expect(new Set(chords).size).toBe(chords.length)
    }
  })

  it('with two meanings run the bound action', () => {
    const film = ['play', 'frameBack']
    const bound = (action: string) => film.includes(action)
    expect(viewActionOf(viewKeys.gallery.keys, press(' '), false)).toBe('clean')
    expect(viewActionOf(viewKeys.gallery.keys, press(' '), false, bound)).toBe('play')
    expect(viewActionOf(viewKeys.gallery.keys, press('ArrowLeft'), false, bound)).toBe('frameBack')
    expect(viewActionOf(viewKeys.gallery.keys, press('ArrowUp'), false, bound)).toBeNull()
  })

  it('with the same title share a row of the sheet', () => {
    expect(keyRows(viewKeys.panels.keys)).toEqual([
      { title: 'Move it', chords: ['Alt+Up', 'Alt+Down'] },
      { title: 'Take it out', chords: ['Delete'] },
    ])
  })
})
