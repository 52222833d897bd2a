import type { ImagePool } from '../../images/index.ts'

/** What a run has spent on its own work, without the time in which it waited for others. */
export interface Pace {
  /** Adds milliseconds of computing and storing, which come one after the other. */
  add(milliseconds: number): void
  /** Does work and adds the time that it takes. */
  timed<T>(work: () => T): T
  /**
   * Seconds of the slower of the two stages, since one batch is loaded while another is computed: computing and storing,
   * or loading by all image workers.
   */
  seconds(): number
}

/** Begins to measure. The times are those that the inference worker and the image workers took for the work itself. */
export function pace({ worked, workers }: Pick<ImagePool, 'worked' | 'workers'>): Pace {
  const before = worked()
  let own = 0
  const add = (milliseconds: number) => void (own += milliseconds)
  return {
    add,
    timed(work) {
      const started = performance.now()
      try {
        return work()
      } finally {
        add(performance.now() - started)
      }
    },
    seconds: () => Math.max(own, (worked() - before) / workers) / 1000,
  }
}
