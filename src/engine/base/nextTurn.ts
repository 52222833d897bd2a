import { AsyncLocalStorage } from 'node:async_hooks'
import { KernelscopeError } from '#shared/errors.ts'

const cancelling = new AsyncLocalStorage<AbortSignal>()

/**
 * Lets other work of this thread run first.
 *
 * @throws CANCELLED within work of `cancellable` whose signal is aborted
 */
export async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
  if (cancelling.getStore()?.aborted) throw new KernelscopeError('CANCELLED', 'the request was cancelled')
}

/** Does work that ends at its next `nextTurn` once the signal is aborted, however deep in it that is called. */
export const cancellable = <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> =>
  signal ? cancelling.run(signal, work) : work()
