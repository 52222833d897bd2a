import { expect, it } from 'vitest'
import { stopReasonText, stopRuleText } from '#shared/stopWords.ts'
import { ruleOf } from '../../src/cli/until.ts'

const ids = new Map([
  ['A net', 1],
  ['b.onnx', 2],
])
const rule = (...texts: string[]) =>
  ruleOf(texts, (name) => Promise.resolve({ id: ids.get(name) ?? Number.NaN }))

it.each([
  [['±1'], { within: 0.01 }],
  [['+-0.5'], { within: 0.005 }],
  [['± 2 points'], { within: 0.02 }],
  [['10m'], { seconds: 600 }],
  [['90s'], { seconds: 90 }],
  [['1.5 h'], { seconds: 5400 }],
  [['A net > b.onnx'], { above: { a: 1, b: 2 } }],
  [['±1', 'A net>b.onnx', '10min'], { within: 0.01, above: { a: 1, b: 2 }, seconds: 600 }],
])('reads %o', async (texts, expected) => {
  expect(await rule(...texts)).toEqual(expected)
})

it.each([
  [['1'], 'no width as "±1"'],
  [['A>B>C'], 'no width as "±1"'],
  [['±1', '±2'], 'one of its kind'],
  [['±50'], 'between 0 and 50 points'],
  [['0s'], 'more than 0 s'],
])('refuses %o', async (texts, message) => {
  await expect(rule(...texts)).rejects.toThrow(message)
})

it('says what is waited for, and what has come', () => {
  const titleOf = (id: number) => (id === 1 ? 'A' : 'B')
  const all = { within: 0.015, above: { a: 1, b: 2 }, seconds: 600 }
  expect(stopRuleText(all, titleOf)).toBe(
    'every point is within ±1.5 points at 95 %, or it is decided whether A is above B at every point, at 95 % together, or 10 min have passed',
  )
  expect(stopReasonText(all, 'notAbove', titleOf)).toBe('A is not above B at every point, at 95 % together')
  expect(stopRuleText({ seconds: 60 }, titleOf)).toBe('1 min has passed')
  expect(stopRuleText({ seconds: 90 }, titleOf)).toBe('90 s have passed')
  expect(stopReasonText({ seconds: 3600 }, 'seconds', titleOf)).toBe('1 h had passed')
  expect(stopReasonText({ within: 0.01 }, 'within', titleOf)).toBe('every point is within ±1 point at 95 %')
})
