import { KernelscopeError } from '#shared/errors.ts'
import { isComputingProblem } from './calls.ts'
import type { Answers, Feed } from './protocol.ts'
import type { Session } from './session.ts'
import { trialPixels } from './splitTrial.ts'

const largest = 64
/** A trial run longer than this ends the search: with larger batches a job would stop too slowly. */
const longRunMs = 1500
/** Factor by which a larger batch must be faster per image. */
const gain = 1.05
/** Outputs of an image that differ relatively by more than this depend on the other images of a call. */
const apart = 0.01

export interface BatchTrial {
  batch: number
  /** Speed of the session alone with that batch size, in this trial. */
  imagesPerSecond: number
}

/**
 * Finds a batch size by a short trial over powers of two up to 64. Chooses the smallest that the next two sizes do not
 * beat by 5 %, or 1 where an image has other outputs beside another one than alone, as by a mean over the batch. Each size
 * runs twice and the faster run counts. The search ends where memory runs out, or where a device refuses a batch in other
 * words: WebGPU does not tell its limits.
 *
 * @throws OUT_OF_MEMORY where not even one image fits into memory
 * @throws INFERENCE_FAILED where a single image fails
 */
export async function findBatch(session: Session, feeds: Feed[] = []): Promise<BatchTrial> {
  const { height, width, pixelType } = session.request
  const pixels = new SharedArrayBuffer(largest * height * width * 3 * (pixelType === 'float32' ? 4 : 1))
  // Images of noise and of black, which have different means.
  new Uint8Array(pixels).set(new Uint8Array(trialPixels(session.request, 1)))
  let best: BatchTrial | null = null
  let alone: Float32Array | null = null
  let inVain = 0
  for (let batch = 1; batch <= largest; batch *= 2) {
    const run = await fastest(session, pixels, batch, best === null, feeds)
    if (run === null) break
    const { milliseconds, outputs } = run
    alone ??= outputs
    if (distance(outputs, alone) > apart) break
    const imagesPerSecond = (batch * 1000) / milliseconds
    inVain++
    if (best === null || imagesPerSecond > best.imagesPerSecond * gain) {
      best = { batch, imagesPerSecond }
      inVain = 0
    }
    if (milliseconds > longRunMs || inVain === 2) break
  }
  if (best === null)
    throw new KernelscopeError(
      'OUT_OF_MEMORY',
      `not even one image fits into memory: ${session.request.path}`,
    )
  return best
}

/** ||a - b|| / ||b||; 0 where b is 0. */
function distance(a: Float32Array, b: Float32Array): number {
  const norm = b.reduce((sum, value) => sum + value ** 2, 0)
  const gap = b.reduce((sum, value, at) => sum + ((a[at] ?? 0) - value) ** 2, 0)
  return norm > 0 ? Math.sqrt(gap / norm) : 0
}

async function fastest(
  session: Session,
  pixels: SharedArrayBuffer,
  batch: number,
  first: boolean,
  feeds: Feed[],
): Promise<Answers['outputs'] | null> {
  try {
    const runs: Answers['outputs'][] = []
    for (let run = 0; run < (first ? 3 : 2); run++)
      runs.push(await session.outputs({ pixels, first: 0, batch }, 1, feeds))
    return runs.reduce((best, run) => (run.milliseconds < best.milliseconds ? run : best))
  } catch (error) {
    if (!isComputingProblem(error) || (batch === 1 && error.code === 'INFERENCE_FAILED')) throw error
    return null
  }
}
