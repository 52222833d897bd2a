import type { ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { currentVariants, measurementStore, type StudyImage } from '../../facts/index.ts'
import type { ProviderName } from '../../inference/index.ts'
import type { MeasureContext } from '../definition/index.ts'
import { crashesHere, deadly, sizeAfter } from './calls.ts'
import { inLanes } from './inLanes.ts'
import { togetherWhileRoom } from './lanePermits.ts'

/** A vector of an image with the provider it was computed by, or the reason why there is none; null where the job was stopped. */
export type OneVector = { vector: ArrayLike<number>; provider: ProviderName } | ErrorShape | null

/** How the vectors of images are computed. */
export interface OneByOne<L> {
  note: string
  /** Each computes images of its own. */
  lanes: readonly L[]
  compute(image: StudyImage, lane: L): Promise<OneVector>
}

/** While a graph computes for one image, what comes before and after it is done for another. */
const perLane = 2

const isFull = (found: OneVector) => found !== null && 'code' in found && found.code === 'OUT_OF_MEMORY'

/**
 * Computes and stores a vector for each image. An image without one gets the reason stored; one for which memory did not suffice
 * beside others is computed again alone before. Ends early where the job is stopped. After a death of the engine the first image is
 * computed alone. An image at which the engine ended again and again is given up.
 */
export async function measureOneByOne<L>(
  context: MeasureContext,
  rewrite: Rewrite,
  images: readonly StudyImage[],
  { note, lanes, compute }: OneByOne<L>,
): Promise<void> {
  const { workspace, model, progress, job } = context
  const problems = new Map<number, ErrorShape>()
  // A failure is stored under the provider of the vectors that exist, so that it does not seem to come from a
  // later runtime.
  let provider = currentVariants(workspace.db, model)(rewrite)?.provider ?? 'cpu'
  const places = Array.from({ length: perLane }, () => lanes).flat()
  const together = togetherWhileRoom(lanes.length > 1 ? places.length : 1)
  const computed = (image: StudyImage, lane: L) =>
    together(async () => {
      if (job.signal.aborted) return null
      job.enterNative()
      return compute(image, lane)
    }, isFull)
  const work = async (image: StudyImage, lane: L) => {
    progress.note(note)
    const killing = sizeAfter({ most: 1, fixed: true }, crashesHere(context)) === 0
    // Stored at once, because the next image may end the engine too.
    if (killing) measurementStore(workspace.db, { model, provider, rewrite }).fail(image.exampleId, deadly())
    const found = killing ? deadly() : await computed(image, lane)
    if (found === null) return
    if ('vector' in found) {
      provider = found.provider
      measurementStore(workspace.db, { model, provider, rewrite }).keepVector(image.exampleId, found.vector)
      progress.add({ computed: 1 })
    } else {
      problems.set(image.exampleId, found)
      progress.add({ failed: [{ exampleId: image.exampleId, problem: found }] })
    }
  }
  const left = images.values()
  const [lane] = lanes
  if (crashesHere(context) > 0 && lane) {
    const { value: first } = left.next()
    if (first && !job.signal.aborted) await work(first, lane)
  }
  await inLanes(left, places, work, job.signal)
  if (problems.size === 0) return
  const store = measurementStore(workspace.db, { model, provider, rewrite })
  for (const [exampleId, problem] of problems) store.fail(exampleId, problem)
}
