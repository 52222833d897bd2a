import { expect, it } from 'vitest'
import { studyExit, studyExits, studyState, studyStates, studyStateText } from '#shared/studyState.ts'

it.each([
  [{ measured: 10, failed: 0, of: 10 }, 'complete', 'complete'],
  [{ measured: 9, failed: 1, of: 10 }, 'failures', 'complete with 1 failure'],
  [{ measured: 0, failed: 10, of: 10 }, 'failures', 'nothing measured, 10 failures'],
  [{ measured: 4, failed: 1, of: 10 }, 'incomplete', 'incomplete: 4 of 10 measured, 1 failure'],
  [{ measured: 0, failed: 3, of: 10 }, 'incomplete', 'incomplete: 0 of 10 measured, 3 failures'],
  [{ measured: 0, failed: 0, of: 10 }, 'empty', 'nothing measured'],
  // Studies of weights alone.
  [{ measured: 0, failed: 0, of: 0 }, 'complete', 'complete'],
] as const)('%o is %s: %s', (answers, state, text) => {
  expect([studyState({ answers }), studyStateText({ answers })]).toEqual([state, text])
})

const stopped = { rule: { within: 0.01 }, reason: 'within' } as const

it.each([
  [{ measured: 4, failed: 0, of: 10 }, 'stopped', 'stopped early as asked: 4 of 10 measured', 0],
  [{ measured: 4, failed: 1, of: 10 }, 'stopped', 'stopped early as asked: 4 of 10 measured, 1 failure', 11],
  [{ measured: 10, failed: 0, of: 10 }, 'complete', 'complete', 0],
  [{ measured: 0, failed: 0, of: 10 }, 'empty', 'nothing measured', 12],
] as const)('%o that was stopped as asked is %s: %s', (answers, state, text, exit) => {
  const facts = { answers, stopped }
  expect([studyState(facts), studyStateText(facts), studyExit(facts)]).toEqual([state, text, exit])
})

it('only a study that did all it was asked for ends with 0', () => {
  expect(studyStates.filter((state) => studyExits[state] === 0)).toEqual(['complete', 'stopped'])
})
