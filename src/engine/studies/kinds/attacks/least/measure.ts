import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { AttackSession } from '../../../../inference/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
import {
  examplesOf,
  measured,
  measurementStore,
  type ImageSource,
  type StudyImage,
} from '../../../../facts/index.ts'
import type { MeasureContext } from '../../../definition/index.ts'
import { crashesHere, failedRows, gradientCallSize } from '../../../measure/calls.ts'
import { inLanes } from '../../../measure/inLanes.ts'
import { loadedBatches, type LoadedBatch } from '../../../measure/load.ts'
import { sampleStudyImages } from '../../../measure/sampleImages.ts'
import { inSlices } from '../adversarial/calls.ts'
import { attackOnce, callsOf } from '../adversarial/open.ts'
import { stopFlag } from '../adversarial/stopFlag.ts'
import { attackOf, triesOf } from './attack.ts'
import type { LeastParams } from './params.ts'

/** The key of what was found for an image: depends on the attack and the tries only. */
export const leastRewrite = (chosen: LeastParams): Rewrite => ({
  op: 'probe',
  what: 'leastEpsilon',
  together: createHash('sha256')
    .update(canonicalJson({ attack: attackOf(chosen), tries: triesOf(chosen) }))
    .digest('hex'),
  version: 1,
})

export const leastImages = (db: Db, source: ImageSource, { images, seed }: LeastParams) =>
  sampleStudyImages(db, source, images, seed)

/** What was found for an image. */
export interface Least {
  image: StudyImage
  /** The largest epsilon that was tried without success. */
  withstood: number
  /** The smallest norm of a change that makes the answer wrong; 0 where it is wrong without one, Infinity where none was found. */
  broken: number
}

/** Reads what was found for the images of a study. */
export function storedLeast(
  db: Db,
  images: readonly StudyImage[],
  model: StoredModel,
  chosen: LeastParams,
): { least: Least[]; problems: Map<number, ErrorShape> } {
  const found = measured(db, model, leastRewrite(chosen))
  const vectors = found.vectors(examplesOf(images))
  const least = images.flatMap((image): Least[] => {
    const [withstood, broken, isBroken] = vectors.get(image.exampleId) ?? []
    if (withstood === undefined || broken === undefined) return []
    return [{ image, withstood, broken: isBroken === 1 ? broken : Infinity }]
  })
  return {
    least,
    problems: found.problems(examplesOf(images.filter(({ exampleId }) => !vectors.has(exampleId)))),
  }
}

/** Searches the least epsilon of each image that has none yet. Stores [withstood, broken, whether it was broken]. */
export async function measureLeast(context: MeasureContext, chosen: LeastParams): Promise<void> {
  const { workspace, source, model, pool, progress, job, log } = context
  const images = await leastImages(workspace.db, source, chosen)
  const rewrite = leastRewrite(chosen)
  const known = measured(workspace.db, model, rewrite).known(examplesOf(images))
  const missing = images.filter(({ exampleId }) => !known.has(exampleId))
  progress.expect(images.length)
  progress.add({ cached: images.length - missing.length })
  if (missing.length === 0) return
  const paths = Array.from({ length: triesOf(chosen) }, () => [attackOf(chosen)])
  const once = attackOnce(context, model, callsOf(context, model, paths))
  const size = gradientCallSize(model)
  const flag = stopFlag(job.signal)
  try {
    const { sessions, provider } = await once.open()
    progress.note(`${model.title} on ${provider.name}, least epsilon, batch ${size.most}`)
    log.write('info', `${model.title} on ${provider.name}, least epsilon: ${provider.reason}`)
    const store = measurementStore(workspace.db, { model, provider: provider.name, rewrite })
    const batches = loadedBatches(pool, missing, model.preprocessing, size.most, sessions.length)
    const work = async (loaded: LoadedBatch, session: AttackSession) => {
      job.enterNative()
      await flag.unlessStopped(undefined, () =>
        searchBatch(context, chosen, session, loaded, store, flag.stop),
      )
    }
    try {
      await inLanes(batches, sessions, work, job.signal)
    } finally {
      await batches.return()
    }
  } finally {
    flag.close()
    await once.close()
  }
}

async function searchBatch(
  { workspace, model, progress, job }: MeasureContext,
  chosen: LeastParams,
  session: AttackSession,
  loaded: LoadedBatch,
  store: ReturnType<typeof measurementStore>,
  stop: Int32Array,
): Promise<void> {
  const { images } = loaded
  const crashes = crashesHere({ job, progress })
  const unknown = new Map<number, ErrorShape>()
  const asked = { size: gradientCallSize(model), crashes, ended: () => session.ended }
  const problems = await inSlices(asked, loaded, model, async (slice) => {
    const attack = attackOf(chosen)
    const { withstood, broken } = await session.leastEpsilons({
      ...slice,
      attack,
      halvings: triesOf(chosen) - 1,
      stop,
    })
    workspace.db.transaction(() => {
      for (const [row, { exampleId, className }] of images
        .slice(slice.first, slice.first + slice.rows)
        .entries()) {
        if (loaded.problems[slice.first + row]) continue
        const [low = 0, high = 0] = [withstood[row], broken[row]]
        if (Number.isNaN(high)) unknown.set(slice.first + row, unknownClass(model, className))
        else
          store.keepVector(exampleId, [
            low,
            high === Infinity ? attack.epsilon : high,
            high === Infinity ? 0 : 1,
          ])
      }
    })()
  })
  const all = problems.map((problem, row) => problem ?? unknown.get(row) ?? null)
  for (const [row, { exampleId }] of images.entries()) {
    const problem = all[row]
    if (problem) store.fail(exampleId, problem)
  }
  const failed = failedRows(images, all)
  progress.add({ computed: images.length - failed.length, failed })
}

const unknownClass = ({ title }: StoredModel, className: string): ErrorShape =>
  new KernelscopeError('MODEL_UNSUPPORTED', `${title} has no class ${className}`).toShape()
