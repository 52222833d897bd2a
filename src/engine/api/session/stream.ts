/**
 * Turns a subscription into an async iterator. Items that arrive while the consumer is busy wait in order.
 *
 * @param signal ends the iterator
 * @param key of items with equal keys, only the newest waits
 */
export async function* stream<T>(
  subscribe: (push: (item: T) => void) => () => void,
  signal: AbortSignal | undefined,
  key?: (item: T) => unknown,
): AsyncGenerator<T, void, undefined> {
  const waiting = new Map<unknown, T>()
  let wake: (() => void) | null = null
  let count = 0
  const unsubscribe = subscribe((item) => {
    waiting.set(key ? key(item) : count++, item)
    wake?.()
  })
  const end = () => wake?.()
  signal?.addEventListener('abort', end)
  try {
    while (!signal?.aborted) {
      for (const [name, item] of waiting) {
        waiting.delete(name)
        yield item
      }
      if (waiting.size > 0 || signal?.aborted) continue
      await new Promise<void>((resolve) => (wake = resolve))
      wake = null
    }
  } finally {
    signal?.removeEventListener('abort', end)
    unsubscribe()
  }
}
