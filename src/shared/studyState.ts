/** What the state of a study follows from. */
export interface StudyFacts {
  /** Over all models, what a study is to measure: what of it has an answer, what failed, all. */
  answers: { measured: number; failed: number; of: number }
}

/**
 * complete: everything has an answer. failures: everything was tried, and some could not be measured. incomplete:
 * something was not tried yet. empty: nothing was.
 */
export const studyStates = ['complete', 'failures', 'incomplete', 'empty'] as const
export type StudyState = (typeof studyStates)[number]

/** The exit code of a command that ran a study, by the state that it left it in. Errors have theirs in `errorCodes`. */
export const studyExits: Record<StudyState, number> = { complete: 0, failures: 11, incomplete: 12, empty: 12 }

/** Whether everything was tried, so that only failures may be left to measure. */
export const isTried = ({ answers: { measured, failed, of } }: StudyFacts): boolean => measured + failed >= of

/** The state of a study by its stored facts, whatever became of its job. A study of weights alone is complete. */
export function studyState(facts: StudyFacts): StudyState {
  const { measured, failed } = facts.answers
  if (!isTried(facts)) return measured + failed === 0 ? 'empty' : 'incomplete'
  return failed > 0 ? 'failures' : 'complete'
}

/** The state in words: "complete", "complete with 3 failures", "incomplete: 50 of 100 measured", "nothing measured". */
export function studyStateText(facts: StudyFacts): string {
  const { measured, failed, of } = facts.answers
  const failures = `${failed} ${failed === 1 ? 'failure' : 'failures'}`
  switch (studyState(facts)) {
    case 'complete':
      return 'complete'
    case 'failures':
      return measured === 0 ? `nothing measured, ${failures}` : `complete with ${failures}`
    case 'empty':
      return 'nothing measured'
    case 'incomplete':
      return `incomplete: ${measured} of ${of} measured${failed > 0 ? `, ${failures}` : ''}`
  }
}
