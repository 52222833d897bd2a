import { createHash } from 'node:crypto'
import { fromErrorShape, KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Gram } from '#shared/maths/cka.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { closeAll, type Answers, type ProviderName } from '../../../inference/index.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { onGraphThread, type FeaturePoint, type Tap } from '../../../onnx/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { callSize, crashesHere, failedRows } from '../../measure/calls.ts'
import { callsInLanes, runCall, type ImageCall } from '../../measure/imageCalls.ts'
import { openProbe, setKey } from '../../measure/probing.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import { splitNote } from '../../measure/tensorLanes.ts'
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
export const gramRewrite = (images: readonly StudyImage[]): Rewrite => ({
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
  const { workspace, model, progress } = context
  const missing = batches.filter((images) => !storedBatch(workspace.db, model, images))
  const count = (some: readonly StudyImage[][]) => some.reduce((sum, { length }) => sum + length, 0)
  progress.expect(count(batches))
  progress.add({ cached: count(batches) - count(missing) })
  const [first] = missing
  if (!first) return
  const size = callSize(model, first.length)
  if (size.most !== first.length)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `${model.title} takes ${size.most} images at a time, and a batch has ${first.length}`,
      { hint: 'Export it for any number of images, or choose batches of that size, of at least four.' },
    )
  const probe = {
    name: `gram-${first.length}`,
    taps: async (one: StoredModel) =>
      (await layersOf(one)).map(({ tensor }, layer): Tap => ({
        tensor,
        as: `gram-${layer}`,
        reduce: { kind: 'gram' },
      })),
  }
  // A batch is computed whole or not at all.
  const whole = { most: first.length, fixed: true }
  const opened = await openProbe(context, probe, count(missing), whole)
  const { sessions, provider, outputs } = opened
  progress.note(`${model.title} on ${provider.name}, products of features${splitNote(opened)}`)
  const crashes = Math.min(1, crashesHere(context))
  try {
    await callsInLanes(context, { sessions, size: whole, crashes }, missing.flat(), {
      compute: (session, call) => runCall(session, model, call, outputs),
      keep: (call, answer) => keepBatch(context, provider.name, call, answer),
      giveUp(_, problem) {
        throw fromErrorShape(problem)
      },
    })
  } finally {
    await closeAll(sessions)
  }
}

function keepBatch(
  { workspace, model, progress }: MeasureContext,
  provider: ProviderName,
  { images, problems }: ImageCall,
  answer: Answers['tensors']['outputs'],
): void {
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
