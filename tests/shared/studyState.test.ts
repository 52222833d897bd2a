import { expect, it } from 'vitest'
import { studyStateText } from '#shared/studyState.ts'

it.each([
  [true, { measured: 10, failed: 0, of: 10 }, 'complete'],
  [true, { measured: 9, failed: 1, of: 10 }, 'complete with 1 failure'],
  [false, { measured: 4, failed: 1, of: 10 }, 'incomplete: 5 of 10 measured'],
  [false, { measured: 0, failed: 0, of: 10 }, 'nothing measured'],
  // Studies that store more than predictions.
  [false, { measured: 10, failed: 0, of: 10 }, 'incomplete'],
  [true, { measured: 0, failed: 0, of: 0 }, 'complete'],
])('complete %s, %o: %s', (complete, answers, text) => {
  expect(studyStateText({ complete, answers })).toBe(text)
})
