import { createHash } from 'node:crypto'
import { KernelscopeError } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { openTensors, type TensorSession } from '../../inference/index.ts'
import { openWithFirst, writeGraph, type StoredModel } from '../../models/index.ts'
import { contributionOutput, onGraphThread, pixelsInput } from '../../onnx/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { MeasureRoom } from '../definition.ts'
import { drawImages } from '../drawImages.ts'
import type { ImageSource, StudyImage } from '../images.ts'
import { measurementStore, storedVectors } from '../measurements.ts'
import { loadFloats, setKey } from '../probing.ts'
import type { ReceptiveFieldParams } from './params.ts'

/** A backward pass holds every activation. */
const batch = 8

/** The mean over a set of images is kept as one vector under the first of them. */
const rewriteOf = (images: StudyImage[], { depth }: ReceptiveFieldParams): Rewrite => ({
  op: 'probe',
  what: 'receptiveField',
  together: createHash('sha256')
    .update(`${setKey(images)}|${depth}`)
    .digest('hex'),
  version: 1,
})

/** The images of a study. */
export const fieldImages = (db: Db, source: ImageSource, { images, seed }: ReceptiveFieldParams) =>
  drawImages(db, source, images, seed)

/** Contributions [height * width], mean over the images of a study; null before they were measured. */
export function storedField(
  db: Db,
  images: StudyImage[],
  model: StoredModel,
  chosen: ReceptiveFieldParams,
): { map: Float64Array; images: number } | null {
  const [first] = images
  const map = first && storedVectors(db, model, rewriteOf(images, chosen)).get(first.subjectId)
  return map ? { map, images: images.length } : null
}

/** Index of the feature map at a share of the depth; null without any. */
const pointAt = (points: readonly unknown[], depth: number): number | null =>
  points.length === 0 ? null : Math.round(depth * (points.length - 1))

/** Averages the contributions of all images of the draw. Throws MODEL_UNSUPPORTED where there is no gradient. */
export async function measureField(room: MeasureRoom, chosen: ReceptiveFieldParams): Promise<void> {
  const { workspace, source, model, progress, context } = room
  const images = await fieldImages(workspace.db, source, chosen)
  const [first] = images
  progress.expect(images.length)
  if (!first || storedField(workspace.db, images, model, chosen)) {
    progress.add({ computed: 0, cached: images.length, failed: 0 })
    return
  }
  const { session, provider } = await openField(room, chosen)
  progress.note(`${model.title} on ${provider}, forward and backward, batch ${batch}`)
  try {
    const [height, width] = model.preprocessing.size
    const sum = new Float64Array(height * width)
    let counted = 0
    for (let at = 0; at < images.length; at += batch) {
      if (context.signal.aborted) return
      const part = images.slice(at, at + batch)
      context.enterNative()
      const added = await addContributions(room, session, part, sum)
      counted += added
      progress.add({ computed: added, cached: 0, failed: part.length - added })
    }
    if (counted === 0)
      throw new KernelscopeError('DATASET_EMPTY', `no image gave a receptive field of ${model.title}`)
    measurementStore(workspace.db, { model, provider, rewrite: rewriteOf(images, chosen) }).keepVector(
      first.subjectId,
      sum.map((value) => value / counted),
    )
  } finally {
    await session.close()
  }
}

async function openField({ workspace, model, settings, log }: MeasureRoom, { depth }: ReceptiveFieldParams) {
  const { points, reason } = await onGraphThread({ kind: 'features', path: model.path })
  const point = pointAt(points, depth)
  if (point === null)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title} has no feature map: ${reason}`)
  const plan = { op: 'receptiveField', normalisation: model.preprocessing, point } as const
  const path = await writeGraph(workspace, model, `receptive-field-${depth}`, plan)
  const { session, provider } = await openWithFirst(settings, log, (name) =>
    openTensors({ path, provider: name, threads: settings.threads }),
  )
  return { session, provider: provider.name }
}

/** Adds what the images contribute; how many gave finite numbers. */
async function addContributions(
  room: MeasureRoom,
  session: TensorSession,
  images: StudyImage[],
  sum: Float64Array,
): Promise<number> {
  const [height, width] = room.model.preprocessing.size
  const { floats, failed } = await loadFloats(room, images)
  const feed = { name: pixelsInput, data: floats, shape: [images.length, height, width, 3] }
  const { outputs } = await session.run([feed], [contributionOutput])
  const found = outputs[0]?.data ?? new Float32Array()
  let counted = 0
  for (const row of images.keys()) {
    const one = found.subarray(row * sum.length, (row + 1) * sum.length)
    if (failed[row] || !one.every(Number.isFinite)) continue
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (one[i] ?? 0)
    counted++
  }
  return counted
}
