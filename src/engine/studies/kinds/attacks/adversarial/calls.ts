import type { Attack } from '#shared/attacks.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Answers, AttackSession } from '../../../../inference/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { inCalls, type CallSize } from '../../../measure/calls.ts'
import type { LoadedBatch } from '../../../measure/load.ts'
import { targetLookup } from '../../../measure/targets.ts'

/** What is done to a batch of images. */
export interface AttackOrder {
  /** Whose gradient is used. */
  model: StoredModel
  /** They share a trajectory. */
  runs: Attack[]
  /** The adversarial images of the last run are wanted. */
  keep: boolean
  /** Deaths of the engine at these images. */
  crashes: number
}

/**
 * Attacks loaded images in calls that memory suffices for. `take` gets the answer to `rows` images from `first` on.
 * Gives the problem of each image or null: of reading it, or of attacking it.
 */
export async function attackInCalls(
  session: AttackSession,
  size: CallSize,
  { images, pixels, problems }: LoadedBatch,
  { model, runs, keep, crashes }: AttackOrder,
  take: (answer: Answers['attack'], first: number, rows: number) => Promise<void>,
): Promise<(ErrorShape | null)[]> {
  const targetOf = targetLookup(model)
  const targets = Int32Array.from(images, ({ className }) => targetOf(className))
  const [height, width] = model.preprocessing.size
  const context = pixels.byteLength / (height * width * 3)
  const found = [...problems]
  await inCalls(
    size,
    [...images.keys()],
    {
      async call(places) {
        const [first = 0] = places
        const rows = places.length
        // All batches of a run are computed in one shape, while memory allows it.
        const batch = rows === images.length && size.most >= context ? context : rows
        const answer = await session.attack({
          ...{ pixels, first, batch, rows, runs, keep },
          targets: targets.subarray(first, first + rows),
          keys: images.slice(first, first + rows).map(({ digest }) => digest),
        })
        await take(answer, first, rows)
      },
      giveUp(place, problem) {
        found[place] ??= problem
      },
      ended: () => session.ended,
    },
    crashes,
  )
  return found
}
