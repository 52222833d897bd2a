import { expect, it } from 'vitest'
import { cornerFor } from '../../../src/renderer/ui/toastPlace.ts'

const window = { width: 900, height: 640 }
const size = { width: 384, height: 96 }
const button = (left: number, top: number) => ({ left, top, right: left + 60, bottom: top + 28 })

it('messages are at the bottom right, and elsewhere where they would cover a button there', () => {
  expect(cornerFor(window, size, [])).toBe('bottom-right')
  expect(cornerFor(window, size, [button(600, 400)])).toBe('bottom-right')
  expect(cornerFor(window, size, [button(660, 560)])).toBe('bottom-left')
  expect(cornerFor(window, size, [button(660, 560), button(200, 560)])).toBe('top-left')
  expect(cornerFor(window, size, [button(660, 560), button(200, 560), button(100, 40)])).toBe('top-right')
})

it('where buttons are in all corners, the corner is that in which least is covered', () => {
  const all = [
    button(660, 560),
    button(700, 560),
    button(200, 560),
    button(300, 560),
    button(100, 40),
    button(820, 40),
  ]
  // Of the button at the top right only a part of 40 by 28 pixels is within reach.
  expect(cornerFor(window, { width: 340, height: 96 }, [...all, button(850, 40)])).toBe('top-left')
})
