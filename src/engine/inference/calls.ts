import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'

/** Number of images per call. It shrinks where memory runs out. */
export interface CallSize {
  most: number
  /** The graph takes exactly this many images: a smaller call is padded. */
  fixed: boolean
  /** The last call is padded too, so that all calls have one shape. */
  padded?: boolean
}

/** Crashes at the same images that may be chance. */
const toleratedCrashes = 2

/** Images per call after `crashes` crashes: halved by each one that is not tolerated, 0 after a crash with one image. */
export function sizeAfter({ most, fixed }: CallSize, crashes: number): number {
  if (crashes <= toleratedCrashes) return most
  const halvings = crashes - toleratedCrashes
  if (fixed || most >> (halvings - 1) <= 1) return 0
  return most >> halvings
}

/** The problem of an image at which the engine crashed every time. */
export const deadly = (): ErrorShape =>
  new KernelscopeError('ENGINE_DOWN', 'the engine died every time this image was computed').toShape()

/** Whether the error comes from computing (out of memory, failed inference) and not from a fault of the program. */
export const isComputingProblem = (error: unknown): error is KernelscopeError =>
  error instanceof KernelscopeError && ['OUT_OF_MEMORY', 'INFERENCE_FAILED'].includes(error.code)

export interface Calls<T> {
  /** Computes some items in one call of `places` rows; the rows without an item are padding. */
  call(items: T[], places: number): Promise<void>
  /** Receives an item that cannot be computed, and the reason. */
  giveUp(item: T, problem: ErrorShape): void | Promise<void>
  /** Whether the session has ended. A failure then says nothing about the items. */
  ended(): boolean
  /** Called where memory suffices for at most `most` items per call. */
  shrunk?(most: number): void
}

/**
 * Calls `call` with all items in order, at most `size.most` at a time. A single item that is left over is padded to two
 * places: ONNX Runtime multiplies a single row in another way, with other last digits. A call that fails is split in halves, until a
 * single item fails: it is given up. Where memory ran out, later calls are smaller too. After `crashes` crashes of the
 * engine at the first items, these are computed in smaller calls and finally given up.
 *
 * @throws any error of `call` other than OUT_OF_MEMORY and INFERENCE_FAILED, and every error once the session has ended
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
      const places = size.fixed ? size.most : size.padded ? chunk : Math.max(some.length, Math.min(chunk, 2))
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
