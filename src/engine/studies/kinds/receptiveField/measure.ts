import { createHash } from 'node:crypto'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { contributionRings } from '#shared/maths/receptiveField.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { closeAll } from '../../../inference/index.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { contributionOutput, onGraphThread } from '../../../onnx/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { crashesHere, givenUp, gradientCallSize, smallerAfter } from '../../measure/calls.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import { gradientForwards } from '../../measure/gradientForwards.ts'
import { callsInLanes, runCall, type ImageCall } from '../../measure/imageCalls.ts'
import { setKey } from '../../measure/probing.ts'
import { openTensorLanes, splitNote, type TensorGraph, type TensorLanes } from '../../measure/tensorLanes.ts'
import type { ReceptiveFieldParams } from './params.ts'
import {
  type ImageSource,
  measured,
  measurementStore,
  type Stored,
  storedOf,
  type StudyImage,
  examplesOf,
} from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** The key of the mean over a set of images, one vector stored under the first image. */
export const fieldRewrite = (images: StudyImage[], { depth }: ReceptiveFieldParams): Rewrite => ({
  op: 'probe',
  what: 'receptiveField',
  together: createHash('sha256')
    .update(`${setKey(images)}|${depth}`)
    .digest('hex'),
  version: 1,
})

/**
 * The key of one image's contributions, in rings around the centre. `together` holds the depth they were read
 * at.
 */
export const ringsRewrite = ({ depth }: Pick<ReceptiveFieldParams, 'depth'>): Rewrite => ({
  op: 'probe',
  what: 'receptiveFieldRings',
  together: createHash('sha256').update(`depth ${depth}`).digest('hex'),
  version: 1,
})

/** The sampled images of a study. */
export const fieldImages = (db: Db, source: ImageSource, { images, seed }: ReceptiveFieldParams) =>
  sampleStudyImages(db, source, images, seed)

/** Contributions [height * width], the mean over `images` of a study's images. */
export interface StoredField {
  map: Float64Array
  images: number
  /** Why the other images were left out, by example id. */
  problems: Map<number, ErrorShape>
}

/** Reads the field of a study; null before it was measured. */
export function storedField(
  db: Db,
  images: StudyImage[],
  model: StoredModel,
  chosen: ReceptiveFieldParams,
): StoredField | null {
  const [first] = images
  if (!first) return null
  const found = measured(db, model, fieldRewrite(images, chosen))
  const map = found.vectors([first.exampleId]).get(first.exampleId)
  if (!map) return null
  const problems = found.problems(examplesOf(images))
  return { map, images: images.length - problems.size, problems }
}

/** The images that a field is the mean over. */
export const countedIn = ({ problems }: StoredField, images: readonly StudyImage[]): StudyImage[] =>
  images.filter(({ exampleId }) => !problems.has(exampleId))

/**
 * Counts the images whose rings are stored with the field that they are part of, and those that were left out of it. Nothing
 * counts before the field is stored. Fields of earlier versions have no rings.
 */
export function fieldStored(
  db: Db,
  images: StudyImage[],
  model: StoredModel,
  chosen: ReceptiveFieldParams,
): Stored {
  const field = storedField(db, images, model, chosen)
  if (!field) return { measured: 0, failed: 0, of: images.length }
  const rings = storedOf(measured(db, model, ringsRewrite(chosen)), countedIn(field, images))
  return { ...rings, failed: rings.failed + field.problems.size, of: images.length }
}

/** Index of the feature map at a share of the depth (0 to 1); null without feature maps. */
const pointAt = (points: readonly unknown[], depth: number): number | null =>
  points.length === 0 ? null : Math.round(depth * (points.length - 1))

/**
 * Averages the contributions of all sampled images and stores the rings of each. If the mean is stored
 * already, only missing rings are measured.
 *
 * @throws MODEL_UNSUPPORTED where the model has no feature map
 * @throws DATASET_EMPTY where no image has contributions
 */
export async function measureField(context: MeasureContext, chosen: ReceptiveFieldParams): Promise<void> {
  const { workspace, source, model, progress, job } = context
  const images = await fieldImages(workspace.db, source, chosen)
  const [first] = images
  const field = storedField(workspace.db, images, model, chosen)
  const left = field ? withoutRings(workspace.db, countedIn(field, images), model, chosen) : images
  progress.expect(images.length)
  progress.add({ cached: images.length - left.length })
  if (!first || left.length === 0) return
  const fields = await openField(context, chosen, left.length)
  const { sessions, provider } = fields
  const size = smallerAfter(gradientCallSize(model), crashesHere(context))
  const how = `forward and backward, batch ${size.most}${splitNote(fields)}`
  progress.note(`${model.title} on ${provider.name}, ${how}`)
  const [height, width] = model.preprocessing.size
  const found = { sum: new Float64Array(height * width), rings: new Map<number, number[]>() }
  const { problems, giveUp } = givenUp(progress)
  try {
    await callsInLanes(context, { sessions, size, crashes: 0 }, left, {
      compute: (session, call) => runCall(session, model, call, [contributionOutput]),
      keep(call, [answer]) {
        const unread = addContributions(model, call, answer?.data ?? new Float32Array(), found)
        for (const [row, image] of call.images.entries()) {
          const problem = unread[row]
          if (problem) giveUp(image, problem)
          else progress.add({ computed: 1 })
        }
      },
      giveUp,
    })
  } finally {
    await closeAll(sessions)
  }
  if (job.signal.aborted) return
  const counted = left.length - problems.size
  if (!field && counted === 0)
    throw new KernelscopeError('DATASET_EMPTY', `no image gave a receptive field of ${model.title}`)
  const store = (rewrite: Rewrite) =>
    measurementStore(workspace.db, { model, provider: provider.name, rewrite })
  const [mean, own] = [store(fieldRewrite(images, chosen)), store(ringsRewrite(chosen))]
  workspace.db.transaction(() => {
    if (!field)
      mean.keepVector(
        first.exampleId,
        found.sum.map((value) => value / counted),
      )
    // An image stays part of a stored mean, even if it cannot be read any more.
    for (const [exampleId, problem] of problems) (field ? own : mean).fail(exampleId, problem)
    for (const [exampleId, vector] of found.rings) own.keepVector(exampleId, vector)
  })()
}

function withoutRings(db: Db, images: StudyImage[], model: StoredModel, chosen: ReceptiveFieldParams) {
  const known = measured(db, model, ringsRewrite(chosen)).known(examplesOf(images))
  return images.filter(({ exampleId }) => !known.has(exampleId))
}

async function openField(
  context: MeasureContext,
  { depth }: ReceptiveFieldParams,
  images: number,
): Promise<TensorLanes> {
  const { model } = context
  const { points, reason } = await onGraphThread({
    kind: 'features',
    ...fileOfModel(model),
  })
  const point = pointAt(points, depth)
  if (point === null)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title} has no feature map: ${reason}`)
  const graph: TensorGraph = {
    name: `receptive-field-${depth}`,
    plan: { op: 'receptiveField', normalisation: model.preprocessing, point },
    size: gradientCallSize(model),
    forwards: gradientForwards(model),
    outputs: [contributionOutput],
  }
  return openTensorLanes(context, graph, images)
}

/** Contributions [height * width] summed over images, and in rings by example id. */
interface Contributions {
  sum: Float64Array
  rings: Map<number, number[]>
}

/** Adds the contributions of the images of a call. Returns why an image was left out, or null, for each image. */
function addContributions(
  { preprocessing }: StoredModel,
  { images, problems }: ImageCall,
  contributions: Float32Array,
  { sum, rings }: Contributions,
): (ErrorShape | null)[] {
  return images.map(({ path, exampleId }, row) => {
    const problem = problems[row]
    if (problem) return problem
    const one = contributions.subarray(row * sum.length, (row + 1) * sum.length)
    if (!one.every(Number.isFinite))
      return new KernelscopeError('INFERENCE_FAILED', `its gradient is not finite: ${path}`).toShape()
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (one[i] ?? 0)
    rings.set(exampleId, contributionRings(one, preprocessing.size))
    return null
  })
}
