import { expect, it } from 'vitest'
import { deltaText } from '../../../src/renderer/features/compare/facts.ts'

it('writes small differences in per cent, large ones as factors', () => {
  expect(deltaText(100, 112.5)).toBe('+12.5 %')
  expect(deltaText(100, 97)).toBe('−3.0 %')
  expect(deltaText(100, 420)).toBe('×4.20')
  expect(deltaText(400, 100)).toBe('÷4.00')
})

it('is empty for equal, unknown or missing numbers', () => {
  expect(deltaText(5, 5)).toBe('')
  expect(deltaText(null, 5)).toBe('')
  expect(deltaText(0, 5)).toBe('')
})
