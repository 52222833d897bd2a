import type { Stopped } from './contract/stopping.ts'
import { thousands } from './thousands.ts'

/** What the state of a study follows from. */
export interface StudyFacts {
  /** Why it was stopped before its end, where it was asked to. */
  stopped?: Stopped | undefined
  /** Over all models, what a study is to measure: what of it has an answer, what failed, all. */
  answers: { measured: number; failed: number; of: number }
}

/**
 * complete: everything has an answer. failures: everything was tried, and some could not be measured. incomplete:
 * something was not tried yet. stopped: the same, and the study was asked to stop there.
 * empty: nothing was tried.
 */
export const studyStates = ['complete', 'failures', 'incomplete', 'stopped', 'empty'] as const
export type StudyState = (typeof studyStates)[number]

/** Exit codes by the state that a command left a study in. Errors have theirs in `errorCodes`. */
export const studyExits: Record<StudyState, number> = {
  complete: 0,
  failures: 11,
  incomplete: 12,
  stopped: 0,
  empty: 12,
}

/** The exit code of a command that ran a study. A study that did what it was asked for exits with 0. */
export const studyExit = (facts: StudyFacts): number => {
  const state = studyState(facts)
  return state === 'stopped' && facts.answers.failed > 0 ? studyExits.failures : studyExits[state]
}

/** Whether everything was tried, so that only failures may be left to measure. */
export const isTried = ({ answers: { measured, failed, of } }: StudyFacts): boolean => measured + failed >= of

/** The state of a study by its stored facts, whatever became of its job. A study of weights alone is complete. */
export function studyState(facts: StudyFacts): StudyState {
  const { measured, failed } = facts.answers
  if (!isTried(facts)) {
    if (measured + failed === 0) return 'empty'
    return facts.stopped ? 'stopped' : 'incomplete'
  }
  return failed > 0 ? 'failures' : 'complete'
}

/** The state in words: "complete", "complete with 3 failures", "incomplete: 50 of 100 measured", … */
export function studyStateText(facts: StudyFacts): string {
  const { measured, failed, of } = facts.answers
  const counts = `${thousands(measured)} of ${thousands(of)} measured`
  const failures = `${thousands(failed)} ${failed === 1 ? 'failure' : 'failures'}`
  switch (studyState(facts)) {
    case 'complete':
      return 'complete'
    case 'failures':
      return measured === 0 ? `nothing measured, ${failures}` : `complete with ${failures}`
    case 'empty':
      return 'nothing measured'
    case 'stopped':
      return `stopped early as asked: ${counts}${failed > 0 ? `, ${failures}` : ''}`
    case 'incomplete':
      return `incomplete: ${counts}${failed > 0 ? `, ${failures}` : ''}`
  }
}
