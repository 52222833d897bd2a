/**
 * Runs an async generator up to `depth` items ahead of its consumer. If the consumer ends early, the
 * generator ends too. An error is thrown at the place of the item that caused it.
 */
export async function* prefetch<T>(
  source: AsyncGenerator<T, void, undefined>,
  depth: number,
): AsyncGenerator<T, void, undefined> {
  const ahead: Promise<IteratorResult<T, void>>[] = []
  const pull = () => {
    const next = source.next()
    next.catch(() => undefined)
    ahead.push(next)
  }
  try {
    for (let i = 0; i < depth; i++) pull()
    for (;;) {
      const result = await ahead.shift()
      if (!result || result.done) return
      pull()
      yield result.value
    }
  } finally {
    await source.return()
    await Promise.allSettled(ahead)
  }
}
