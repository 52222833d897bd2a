/** Whether an answer is a stream of events. */
export const isStream = (value: unknown): value is AsyncIterator<unknown> & AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

/** What a promise comes to, unless the signal is aborted first. @throws AbortError where it is */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DOMException('aborted', 'AbortError'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/**
 * The events of a stream, until the signal is aborted. Leaving early ends the stream.
 *
 * @param explain turns what ended the stream into what is thrown
 */
export async function* untilAborted(
  stream: AsyncIterator<unknown>,
  signal: AbortSignal,
  explain: (error: unknown) => unknown,
): AsyncGenerator<unknown, void> {
  try {
    for (;;) {
      const next = await unlessAborted(stream.next(), signal)
      if (next.done) return
      yield next.value
    }
  } catch (error) {
    throw explain(error)
  } finally {
    if (!signal.aborted) await stream.return?.()
  }
}
