import { availableParallelism } from 'node:os'
import type { ImagePool } from '../../images/index.ts'
import type { Split } from '../../inference/index.ts'

/** What a run has spent on its own work, without the time in which it waited for others. */
export interface Pace {
  /** Adds milliseconds in which one session computed. */
  add(milliseconds: number): void
  /** Stores, and adds the time that it takes. */
  timed<T>(work: () => T): T
  /**
   * Seconds of the slowest of what goes on at once: computing by all sessions, loading by all image workers, and storing;
   * and no less than all of it takes the cores.
   */
  seconds(): number
}

/** Begins to measure. The times are those that the inference workers and the image workers took for the work itself. */
export function pace(
  { worked, workers }: Pick<ImagePool, 'worked' | 'workers'>,
  { sessions, threads }: Split,
  cores = availableParallelism(),
): Pace {
  const before = worked()
  let computed = 0
  let stored = 0
  return {
    add: (milliseconds) => void (computed += milliseconds),
    timed(work) {
      const started = performance.now()
      try {
        return work()
      } finally {
        stored += performance.now() - started
      }
    },
    seconds() {
      const loaded = worked() - before
      // Without a number of threads ONNX Runtime takes all cores.
      const ofAll = (computed * (threads || cores) + loaded + stored) / cores
      return Math.max(computed / sessions, loaded / workers, stored, ofAll) / 1000
    },
  }
}
