import type { Attack } from '#shared/attacks.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Answers, AttackSession } from '../../../../inference/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { inCalls, type CallSize } from '../../../measure/calls.ts'
import type { LoadedBatch } from '../../../measure/load.ts'
import { targetLookup } from '../../../measure/targets.ts'

/** The attacks on a batch of images. */
export interface AttackOrder {
  /** The model whose gradient is used. */
  model: StoredModel
  /** Attacks that share a trajectory. */
  runs: Attack[]
  /** Whether to return the adversarial images of the last attack. */
  keep: boolean
  /** How often the engine died at these images. */
  crashes: number
  /** Ends the attacks once its first number is not 0. */
  stop?: Int32Array
}

/**
 * Attacks loaded images in calls that fit into memory. Returns a problem for each image (of reading or
 * attacking it), or null.
 *
 * @throws CANCELLED once `stop` says so
 * @param take gets the answer for `rows` images, starting at image `first`
 */
export async function attackInCalls(
  session: Pick<AttackSession, 'attack' | 'ended'>,
  size: CallSize,
  loaded: LoadedBatch,
  { model, runs, keep, crashes, stop }: AttackOrder,
  take: (answer: Answers['attack'], first: number, rows: number) => Promise<void>,
): Promise<(ErrorShape | null)[]> {
  const ended = () => session.ended
  return inSlices({ size, crashes, ended }, loaded, model, async (slice) => {
    const answer = await session.attack({ ...slice, runs, keep, ...(stop ? { stop } : {}) })
    await take(answer, slice.first, slice.rows)
  })
}

/** A part of loaded images, as a session that attacks takes it. */
export type AttackSlice = Pick<
  Parameters<AttackSession['attack']>[0],
  'pixels' | 'first' | 'batch' | 'rows' | 'targets' | 'keys'
>

/** Asks for loaded images in calls that fit into memory. Returns a problem for each image, or null. */
export async function inSlices(
  { size, crashes, ended }: { size: CallSize; crashes: number; ended: () => boolean },
  { images, pixels, problems }: LoadedBatch,
  model: StoredModel,
  ask: (slice: AttackSlice) => Promise<void>,
): Promise<(ErrorShape | null)[]> {
  const targetOf = targetLookup(model)
  const targets = Int32Array.from(images, ({ className }) => targetOf(className))
  const [height, width] = model.preprocessing.size
  const capacity = pixels.byteLength / (height * width * 3)
  const found = [...problems]
  await inCalls(
    size,
    [...images.keys()],
    {
      async call(places) {
        const [first = 0] = places
        const rows = places.length
        // All batches of a run have one shape, while memory allows it.
        const batch = rows === images.length && size.most >= capacity ? capacity : rows
        await ask({
          ...{ pixels, first, batch, rows },
          targets: targets.subarray(first, first + rows),
          keys: images.slice(first, first + rows).map(({ digest }) => digest),
        })
      },
      giveUp(place, problem) {
        found[place] ??= problem
      },
      ended,
    },
    crashes,
  )
  return found
}
