import type { Job, JobProgress } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'
import { Silence } from './silence.ts'
import { noProgress, setJobProgress } from './store.ts'

const reportEveryMs = 200
const lookEveryMs = 30_000

/** Takes the progress of a running job. */
export interface ProgressReporter {
  report(progress: JobProgress): void
  /** Native code begins, which may not answer any more. */
  enterNative(): void
  /** Writes the last report, and reports no more. */
  end(): void
}

/**
 * Stores and tells the progress of a job at most five times a second; and, twice a minute, that it has stood still for far too
 * long.
 *
 * @param tell called with the job after each change
 */
export function progressReporter(db: Db, id: number, tell: (job: Job) => void): ProgressReporter {
  let last = 0
  let done = -1
  let waiting: JobProgress | null = null
  let reported = noProgress
  const silence = new Silence()
  const look = setInterval(() => {
    // A job that does not end when it is stopped outlives its workspace.
    if (!db.open) return clearInterval(look)
    const silentSeconds = silence.seconds()
    if (silentSeconds !== null) write({ ...reported, silentSeconds })
  }, lookEveryMs).unref()
  const write = (progress: JobProgress) => {
    const moved = done >= 0 && progress.done > done
    done = progress.done
    last = performance.now()
    waiting = null
    tell(setJobProgress(db, id, progress, moved))
  }
  return {
    report(progress) {
      if (progress.done > reported.done) silence.step()
      reported = progress
      if (performance.now() - last >= reportEveryMs) write(progress)
      else waiting = progress
    },
    enterNative: () => silence.begin(),
    end() {
      clearInterval(look)
      if (waiting) write(waiting)
    },
  }
}
