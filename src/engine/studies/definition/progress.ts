import type { JobProgress, StopReason } from '#shared/contract/index.ts'
import { breaker, type FailedRow } from './failing.ts'
import { noProgress, Rate, type JobContext } from '../../jobs/index.ts'

/** Rows that were dealt with since the last step. */
export interface Step {
  computed?: number
  cached?: number
  failed?: readonly FailedRow[]
}

/** Adds up the steps of a study job and reports them with the rate and the time left. */
export interface Tracker {
  /** Reports what is going on, in words. */
  note(text: string): void
  /** Adds work that the conditions of the study do not count. */
  expect(rows: number): void
  /**
   * Adds rows: those that were computed, those that were stored before, those that could not be measured.
   *
   * @throws STUDY_FAILING where too many failed (`breaker`)
   */
  add(step: Step): void
  computed(): number
  /** Reports why the run ends before its end. */
  stopped(reason: StopReason): void
  /** Whether a row was computed or given up in this run. */
  moved(): boolean
}

/** Tracks the progress of a job. `conditions`: how many rows the conditions of the study have. */
export function tracker({ report }: Pick<JobContext, 'report'>, conditions: number): Tracker {
  let total = conditions
  const rate = new Rate()
  let progress: JobProgress = { ...noProgress, total, unit: 'answers' }
  let computed = 0
  const failing = breaker()
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
    add({ computed: own = 0, cached = 0, failed = [] }) {
      computed += own
      const done = progress.done + own + cached + failed.length
      if (own > 0) rate.mark(computed)
      progress = {
        ...progress,
        done,
        failed: progress.failed + failed.length,
        cacheHits: progress.cacheHits + cached,
        perSecond: rate.perSecond(),
        secondsLeft: rate.secondsLeft(total - done),
      }
      report(progress)
      failing.add(own, failed)
    },
    computed: () => computed,
    stopped(reason) {
      progress = { ...progress, stopped: reason }
      report(progress)
    },
    moved: () => computed + progress.failed > 0,
  }
}
