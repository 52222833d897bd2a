import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'

/** Images per call; smaller where memory does not suffice. */
export interface CallSize {
  most: number
  /** The graph takes this many only: what a call lacks is padding. */
  fixed: boolean
  /** The last call of a size is filled up with padding as well, so that all have one shape. */
  padded?: boolean
}

/** Deaths at one place that are put down to chance. */
const patience = 2

/** Images per call after `crashes` deaths: halved with each one beyond chance; 0 once a single image brought it down. */
export function sizeAfter({ most, fixed }: CallSize, crashes: number): number {
  if (crashes <= patience) return most
  const halvings = crashes - patience
  if (fixed || most >> (halvings - 1) <= 1) return 0
  return most >> halvings
}

/** Why an image is given up that took the engine down. */
export const deadly = (): ErrorShape =>
  new KernelscopeError('ENGINE_DOWN', 'the engine died every time this image was computed').toShape()

/** Whether computing stopped for the memory or the numbers it had, and not by a fault of ours. */
export const isComputingProblem = (error: unknown): error is KernelscopeError =>
  error instanceof KernelscopeError && ['OUT_OF_MEMORY', 'INFERENCE_FAILED'].includes(error.code)

export interface Calls<T> {
  /** Computes some items together; `places` rows are to be fed. */
  call(items: T[], places: number): Promise<void>
  /** Takes the reason why an item cannot be computed. */
  giveUp(item: T, problem: ErrorShape): void | Promise<void>
  /** Whether nothing more can be computed, so that a failure says nothing of the items. */
  ended(): boolean
  /** Told when memory does not suffice for more than `most` at a time. */
  shrunk?(most: number): void
}

/**
 * Calls `call` with all items in order, at most `size.most` at a time. A call that fails is halved until the item at
 * fault stands alone, which is given up; memory that did not suffice makes later calls smaller too. After `crashes`
 * deaths of the engine at the first items, these are computed in smaller calls, and at last given up.
 */
export async function inCalls<T>(
  size: CallSize,
  items: readonly T[],
  { call, giveUp, ended, shrunk }: Calls<T>,
  crashes = 0,
): Promise<void> {
  async function range(part: readonly T[], most: number): Promise<void> {
    for (let at = 0; at < part.length;) {
      const chunk = Math.min(most, size.most)
      const some = part.slice(at, at + chunk)
      const places = size.fixed ? size.most : size.padded ? chunk : some.length
      at += some.length
      try {
        await call(some, places)
      } catch (error) {
        if (!isComputingProblem(error) || ended()) throw error
        const problem = error.toShape()
        if (size.fixed || places === 1) {
          for (const item of some) await giveUp(item, problem)
          continue
        }
        const half = places >> 1
        if (problem.code === 'OUT_OF_MEMORY' && half < size.most) {
          size.most = half
          shrunk?.(half)
        }
        await range(some, half)
      }
    }
  }
  const all = size.most
  const most = sizeAfter(size, crashes)
  const skipped = most > 0 ? 0 : size.fixed ? all : 1
  for (const item of items.slice(0, skipped)) await giveUp(item, deadly())
  await range(items.slice(skipped, all), most || 1)
  await range(items.slice(Math.max(skipped, all)), all)
}
