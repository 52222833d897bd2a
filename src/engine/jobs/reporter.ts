import type { Job, JobProgress } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'
import { setJobProgress } from './store.ts'

const reportEveryMs = 200

/** Takes the progress of a running job. */
export interface ProgressReporter {
  report(progress: JobProgress): void
  /** Writes the last report. */
  flush(): void
}

/**
 * Stores and tells the progress of a job at most five times a second.
 *
 * @param tell called with the job after each change
 */
export function progressReporter(db: Db, id: number, tell: (job: Job) => void): ProgressReporter {
  let last = 0
  let done = -1
  let waiting: JobProgress | null = null
  const write = (progress: JobProgress) => {
    const moved = done >= 0 && progress.done > done
    done = progress.done
    last = performance.now()
    waiting = null
    tell(setJobProgress(db, id, progress, moved))
  }
  return {
    report(progress) {
      if (performance.now() - last >= reportEveryMs) write(progress)
      else waiting = progress
    },
    flush() {
      if (waiting) write(waiting)
    },
  }
}
