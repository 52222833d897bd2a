import { toErrorShape } from '#shared/errors.ts'

/** A number that a thread in the middle of an attack sees: not 0 once a signal is aborted. */
export interface StopFlag {
  stop: Int32Array
  /** The result of `work`; `otherwise` where it was ended by the flag. */
  unlessStopped<T>(otherwise: T, work: () => Promise<T>): Promise<T>
  close(): void
}

/** Attacks of thousands of steps end at the next one where a study is paused. What they did not finish is not stored. */
export function stopFlag(signal: AbortSignal): StopFlag {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const raise = () => void Atomics.store(stop, 0, 1)
  if (signal.aborted) raise()
  signal.addEventListener('abort', raise)
  return {
    stop,
    async unlessStopped(otherwise, work) {
      try {
        return await work()
      } catch (error) {
        if (signal.aborted && toErrorShape(error).code === 'CANCELLED') return otherwise
        throw error
      }
    },
    close: () => signal.removeEventListener('abort', raise),
  }
}
