import type { JobProgress, StopReason } from '#shared/contract/index.ts'
import { breaker, type FailedRow } from './failing.ts'
import { noProgress, Rate, type JobContext } from '../../jobs/index.ts'

/** Rows that were dealt with since the last step. */
export interface Step {
  computed?: number
  cached?: number
  failed?: readonly FailedRow[]
  /** Work of one of these rows beside that of others, in forward passes; left out = 1. */
  weight?: number
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

/** Over how many milliseconds the time left is estimated where rows differ in their work. */
const weighedWindow = 120_000

/**
 * Tracks the progress of a job. The time left follows from the work of the rows, not from their number.
 *
 * @param conditions how many rows the conditions of the study have
 * @param work their work by the weights of the steps; left out = each row's is 1
 */
export function tracker(
  { report }: Pick<JobContext, 'report'>,
  conditions: number,
  work = conditions,
): Tracker {
  let total = conditions
  let left = work
  let worked = 0
  const rate = new Rate()
  const pace = work === conditions ? new Rate() : new Rate(weighedWindow)
  let progress: JobProgress = { ...noProgress, total, unit: 'answers' }
  let computed = 0
  const failing = breaker()
  rate.mark(0)
  pace.mark(0)
  return {
    note(text) {
      progress = { ...progress, note: text }
      report(progress)
    },
    expect(rows) {
      total += rows
      left += rows
      progress = { ...progress, total }
    },
    add({ computed: own = 0, cached = 0, failed = [], weight = 1 }) {
      computed += own
      worked += weight * own
      left -= weight * (own + cached + failed.length)
      const done = progress.done + own + cached + failed.length
      if (own > 0) {
        rate.mark(computed)
        pace.mark(worked)
      }
      progress = {
        ...progress,
        done,
        failed: progress.failed + failed.length,
        cacheHits: progress.cacheHits + cached,
        perSecond: rate.perSecond(),
        secondsLeft: pace.secondsLeft(done >= total ? 0 : Math.max(0, left)),
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
