import type { ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { currentVariants, measurementStore, type StudyImage } from '../../facts/index.ts'
import type { ProviderName } from '../../inference/index.ts'
import type { MeasureContext } from '../definition/index.ts'
import { deadly, sizeAfter } from './calls.ts'

/** A vector of an image with the provider it was computed by, or the reason why there is none; null where the job was stopped. */
export type OneVector = { vector: ArrayLike<number>; provider: ProviderName } | ErrorShape | null

/**
 * Computes and stores a vector for each image, one after another. An image without one gets the reason stored. Ends early where
 * the job is stopped. An image at which the engine ended again and again is given up.
 */
export async function measureOneByOne(
  { workspace, model, progress, job }: MeasureContext,
  rewrite: Rewrite,
  images: readonly StudyImage[],
  { note, compute }: { note: string; compute: (image: StudyImage) => Promise<OneVector> },
): Promise<void> {
  const problems = new Map<number, ErrorShape>()
  // A failure is stored under the provider of the vectors that exist, so that it does not seem to come from a
  // later runtime.
  let provider = currentVariants(workspace.db, model)(rewrite)?.provider ?? 'cpu'
  for (const image of images) {
    if (job.signal.aborted) break
    progress.note(note)
    const killing = !progress.moved() && sizeAfter({ most: 1, fixed: true }, job.crashes) === 0
    // Stored at once, because the next image may end the engine too.
    if (killing) measurementStore(workspace.db, { model, provider, rewrite }).fail(image.exampleId, deadly())
    job.enterNative()
    const found = killing ? deadly() : await compute(image)
    if (found === null) break
    if ('vector' in found) {
      provider = found.provider
      measurementStore(workspace.db, { model, provider, rewrite }).keepVector(image.exampleId, found.vector)
      progress.add({ computed: 1 })
    } else {
      problems.set(image.exampleId, found)
      progress.add({ failed: [{ exampleId: image.exampleId, problem: found }] })
    }
  }
  if (problems.size === 0) return
  const store = measurementStore(workspace.db, { model, provider, rewrite })
  for (const [exampleId, problem] of problems) store.fail(exampleId, problem)
}
