import type { JobProgress } from '#shared/contract/index.ts'
import { noProgress, Rate, type JobContext } from '../../jobs/index.ts'

/** Adds up the steps of a study job and reports them with the rate and the time left. */
export interface Tracker {
  /** Reports what is going on, in words. */
  note(text: string): void
  /** Adds work that the conditions of the study do not count. */
  expect(rows: number): void
  add(step: { computed: number; cached: number; failed: number }): void
  computed(): number
  /** Whether a row was computed or given up in this run. */
  moved(): boolean
}

/** Tracks the progress of a job. `conditions`: how many rows the conditions of the study have. */
export function tracker({ report }: Pick<JobContext, 'report'>, conditions: number): Tracker {
  let total = conditions
  const rate = new Rate()
  let progress: JobProgress = { ...noProgress, total }
  let computed = 0
  rate.mark(0)
  return {
    note(text) {
      progress = { ...progress, note: text }
      report(progress)
    },
    expect(rows) {
      total += rows
      progress = { ...progress, total }
    },
    add(step) {
      computed += step.computed
      const done = progress.done + step.computed + step.cached + step.failed
      if (step.computed > 0) rate.mark(computed)
      progress = {
        ...progress,
        done,
        failed: progress.failed + step.failed,
        cacheHits: progress.cacheHits + step.cached,
        perSecond: rate.perSecond(),
        secondsLeft: rate.secondsLeft(total - done),
      }
      report(progress)
    },
    computed: () => computed,
    moved: () => computed + progress.failed > 0,
  }
}
