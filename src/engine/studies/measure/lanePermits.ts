/** Runs works in order, where each takes some of a number of permits and waits until they are free. */
export type LanePermits = <T>(wanted: number, work: () => Promise<T>) => Promise<T>

/**
 * Keeps works from computing with more threads than there are: a session of one of several lanes takes one permit, one with all
 * threads takes all of them.
 */
export function lanePermits(all: number): LanePermits {
  let free = all
  const waiting: { wanted: number; start(): void }[] = []
  const next = () => {
    for (let first = waiting[0]; first && first.wanted <= free; first = waiting[0]) {
      waiting.shift()
      free -= first.wanted
      first.start()
    }
  }
  return async (wanted, work) => {
    await new Promise<void>((start) => {
      waiting.push({ wanted, start })
      next()
    })
    try {
      return await work()
    } finally {
      free += wanted
      next()
    }
  }
}
