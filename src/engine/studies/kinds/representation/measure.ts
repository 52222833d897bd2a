import { createHash } from 'node:crypto'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Gram } from '#shared/maths/cka.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { onGraphThread, type FeaturePoint, type Tap } from '../../../onnx/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { failedRows } from '../../measure/calls.ts'
import { loadFloats, openProbe, runProbe, setKey } from '../../measure/probing.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import {
  examplesOf,
  measured,
  measurementStore,
  type ImageSource,
  type Stored,
  type StudyImage,
} from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'
import type { RepresentationParams } from './params.ts'

/** The layers of a model that are compared, in order of depth. */
export const layersOf = (model: StoredModel): Promise<FeaturePoint[]> =>
  onGraphThread({ kind: 'points', ...fileOfModel(model) })

/** The batches of a study, in a seeded order; fewer images than a batch are one. */
export async function batchesOf(
  db: Db,
  source: ImageSource,
  { images: count, batch, seed }: RepresentationParams,
): Promise<StudyImage[][]> {
  const images = await sampleStudyImages(db, source, count, seed)
  const size = Math.max(1, Math.min(batch, images.length))
  return Array.from({ length: Math.floor(images.length / size) }, (_, at) =>
    images.slice(at * size, (at + 1) * size),
  )
}

/** The key of the products of a batch: one vector of all layers, stored under its first image. */
export const gramRewrite = (images: StudyImage[]): Rewrite => ({
  op: 'probe',
  what: 'gram',
  together: createHash('sha256').update(setKey(images)).digest('hex'),
  version: 1,
})

/** The stored products of a batch, and why images have none. */
export interface StoredBatch {
  layers: Gram[]
  problems: Map<number, ErrorShape>
}

/** Reads what `measureBatches` stored of a batch; null where it stored nothing. */
export function storedBatch(db: Db, model: StoredModel, images: StudyImage[]): StoredBatch | null {
  const [first] = images
  if (!first) return null
  const found = measured(db, model, gramRewrite(images))
  const vector = found.vectors([first.exampleId]).get(first.exampleId)
  if (!vector) return null
  const size = (images.length * (images.length - 1)) / 2
  const layers = Array.from({ length: vector.length / size }, (_, layer) => ({
    images: images.length,
    upper: vector.subarray(layer * size, (layer + 1) * size),
  }))
  return { layers, problems: found.problems(examplesOf(images)) }
}

/** Counts the images of stored batches. */
export function storedCount(db: Db, model: StoredModel, batches: readonly StudyImage[][]): Stored {
  const found = batches.flatMap((images) => {
    const stored = storedBatch(db, model, images)
    return stored ? [{ failed: stored.problems.size, measured: images.length - stored.problems.size }] : []
  })
  const sum = (of: 'failed' | 'measured') => found.reduce((total, one) => total + one[of], 0)
  return {
    measured: sum('measured'),
    failed: sum('failed'),
    of: batches.reduce((total, { length }) => total + length, 0),
  }
}

/**
 * Measures the products of the features of the batches that have none, each batch in one call.
 *
 * @throws MODEL_UNSUPPORTED where the graph takes another number of images than a batch has
 */
export async function measureBatches(
  context: MeasureContext,
  batches: readonly StudyImage[][],
): Promise<void> {
  const { workspace, model, progress, job } = context
  const missing = batches.filter((images) => !storedBatch(workspace.db, model, images))
  const count = (some: readonly StudyImage[][]) => some.reduce((sum, { length }) => sum + length, 0)
  progress.expect(count(batches))
  progress.add({ cached: count(batches) - count(missing) })
  if (missing.length === 0) return
  const opened = await openProbe(context, {
    name: 'gram',
    taps: async (one) =>
      (await layersOf(one)).map(({ tensor }, layer): Tap => ({
        tensor,
        as: `gram-${layer}`,
        reduce: { kind: 'gram' },
      })),
  })
  progress.note(`${model.title} on ${opened.provider}, products of features`)
  try {
    for (const images of missing) {
      if (job.signal.aborted) return
      if (opened.size.fixed && opened.size.most !== images.length)
        throw new KernelscopeError(
          'MODEL_UNSUPPORTED',
          `${model.title} takes ${opened.size.most} images at a time, and a batch has ${images.length}`,
          { hint: 'Export it for any number of images, or choose batches of that size, of at least four.' },
        )
      await measureBatch(context, opened, images)
    }
  } finally {
    await opened.session.close()
  }
}

async function measureBatch(
  context: MeasureContext,
  { session, provider, outputs }: Awaited<ReturnType<typeof openProbe>>,
  images: StudyImage[],
): Promise<void> {
  const { workspace, model, progress, job } = context
  const { floats, problems } = await loadFloats(context, images, images.length)
  job.enterNative()
  const answer = await runProbe(session, model, floats, outputs)
  if (job.signal.aborted) return
  const store = measurementStore(workspace.db, { model, provider, rewrite: gramRewrite(images) })
  const failed = failedRows(images, problems)
  workspace.db.transaction(() => {
    const [first] = images
    if (first)
      store.keepVector(
        first.exampleId,
        answer.flatMap(({ data }) => upperOf(data, images.length)),
      )
    for (const { exampleId, problem } of failed) store.fail(exampleId, problem)
  })()
  progress.add({ computed: images.length - failed.length, failed })
}

/** The rows of the upper triangle of [n, n], without the diagonal. */
const upperOf = (data: ArrayLike<number>, n: number): number[] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: n - i - 1 }, (__, j) => data[i * n + i + 1 + j] ?? Number.NaN),
  ).flat()
