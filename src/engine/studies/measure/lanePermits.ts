import { KernelscopeError } from '#shared/errors.ts'

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

/** Runs works at once. A work that runs out of memory beside others is done again alone, and so are all that come later. */
export type Together = <T>(work: () => Promise<T>, isFull?: (found: T) => boolean) => Promise<T>

/**
 * @param most works at once; with 1 a work that runs out of memory is not done again
 */
export function togetherWhileRoom(most: number): Together {
  const permits = lanePermits(most)
  let room = most > 1
  return async (work, isFull = () => false) => {
    if (most <= 1) return work()
    if (!room) return permits(most, work)
    try {
      const found = await permits(1, work)
      if (!isFull(found)) return found
    } catch (error) {
      if (!(error instanceof KernelscopeError) || error.code !== 'OUT_OF_MEMORY') throw error
    }
    room = false
    return permits(most, work)
  }
}
