import { AsyncLocalStorage } from 'node:async_hooks'

const signals = new AsyncLocalStorage<AbortSignal>()

/**
 * Does some work whose parts can ask for the signal that ends it (`stopSignal`), however deep they lie. For work of one
 * person's wish, whose parts nobody else waits for: a job, a self-check.
 */
export const stoppedBy = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  signals.run(signal, work)

/** The signal that ends the work which the caller is a part of; undefined where there is none. */
export const stopSignal = (): AbortSignal | undefined => signals.getStore()
