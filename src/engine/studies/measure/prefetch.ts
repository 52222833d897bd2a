/**
 * Runs an async generator up to `depth` items ahead of its consumer. Ending early ends the generator; an error is
 * thrown where its item would have come.
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
