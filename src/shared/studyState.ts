/** What the state of a study follows from. */
export interface StudyFacts {
  /** Whether everything is stored that the study shows. */
  complete: boolean
  /** Pairs of an image and a condition, over all models: those with a prediction, those that failed, all. */
  answers: { measured: number; failed: number; of: number }
}

/** failures: complete, but some images could not be measured. empty: nothing was measured yet. */
export type StudyState = 'complete' | 'failures' | 'incomplete' | 'empty'

/** The state of a study by its stored facts, whatever became of its job. */
export function studyState({ complete, answers: { measured, failed, of } }: StudyFacts): StudyState {
  if (!complete) return of > 0 && measured + failed === 0 ? 'empty' : 'incomplete'
  return failed > 0 ? 'failures' : 'complete'
}

/** The state in words: "complete", "complete with 3 failures", "incomplete: 50 of 100 measured", "nothing measured". */
export function studyStateText(facts: StudyFacts): string {
  const { measured, failed, of } = facts.answers
  switch (studyState(facts)) {
    case 'complete':
      return 'complete'
    case 'failures':
      return `complete with ${failed} ${failed === 1 ? 'failure' : 'failures'}`
    case 'empty':
      return 'nothing measured'
    case 'incomplete':
      // A study may store more than predictions, and lack only that.
      return measured + failed < of ? `incomplete: ${measured + failed} of ${of} measured` : 'incomplete'
  }
}
