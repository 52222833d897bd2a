/**
 * Takes items from a source and works on them in several lanes at once, each lane on one item at a time. When `signal` aborts,
 * no further item is taken. After an error no lane takes another item, and the first error is thrown when all have ended.
 */
export async function inLanes<T, L>(
  source: { next(): IteratorResult<T, void> | Promise<IteratorResult<T, void>> },
  lanes: readonly L[],
  work: (item: T, lane: L) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const errors: unknown[] = []
  const follow = async (lane: L): Promise<void> => {
    while (errors.length === 0 && !signal.aborted) {
      const { value, done } = await source.next()
      if (done) return
      await work(value, lane)
    }
  }
  await Promise.all(lanes.map((lane) => follow(lane).catch((error: unknown) => void errors.push(error))))
  if (errors.length > 0) throw errors[0]
}
