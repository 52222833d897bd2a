import type { KernelscopeError } from '#shared/errors.ts'
import { isAbort, toKernelscopeError } from './errors.ts'

interface SubscribeOptions<T> {
  onEvent: (event: T) => void
  /** Called with the error that ended the stream. The stream is opened again after it. */
  onError?: (error: KernelscopeError) => void
  /** Milliseconds before the stream is opened again. */
  pause?: number
}

/** Keeps a stream of the engine open, also across restarts of the engine, until the returned function is called. */
export function subscribe<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  { onEvent, onError, pause = 500 }: SubscribeOptions<T>,
): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const follow = async () => {
    while (!signal.aborted) {
      try {
        for await (const event of await open(signal)) {
          if (signal.aborted) return
          onEvent(event)
        }
      } catch (error) {
        const problem = toKernelscopeError(error)
        if (!signal.aborted && !isAbort(problem) && problem.code !== 'ENGINE_DOWN') onError?.(problem)
      }
      await rest(pause, signal)
    }
  }
  void follow()
  return () => controller.abort()
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
