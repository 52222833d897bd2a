import { createHash } from 'node:crypto'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { closeAll } from '../../../inference/index.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { onGraphThread, rowWeightsInput, type FeaturePoint, type Tap } from '../../../onnx/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { crashesHere, givenUp, smallerAfter } from '../../measure/calls.ts'
import { callsInLanes, runCall } from '../../measure/imageCalls.ts'
import { openProbe, setKey, type Probe } from '../../measure/probing.ts'
import { splitNote } from '../../measure/tensorLanes.ts'
import { FeatureSum } from './featureSum.ts'
import { measured, measurementStore, type StudyImage, examplesOf } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** The places of a model that a curve over depth reads. */
export const pointsOf = (model: StoredModel): Promise<FeaturePoint[]> =>
  onGraphThread({ kind: 'points', ...fileOfModel(model) })

/** The tap's name is its position in the list. */
const tapsOf = async (model: StoredModel, kind: 'variance' | 'weightedSum'): Promise<Tap[]> =>
  (await pointsOf(model)).map((point, index) => ({
    tensor: point.tensor,
    as: `${kind}-${index}`,
    reduce: { kind, of: point },
  }))

/** Averages row `row` of each tap's [rows, channels] over channels. */
const channelMeans: Probe['vectorOf'] = (outputs, row) =>
  outputs.map(({ data, shape }) => {
    const channels = shape[1] ?? 1
    return (
      data.subarray(row * channels, (row + 1) * channels).reduce((sum, value) => sum + value, 0) / channels
    )
  })

/** The probe for the variance of each layer, for one image. */
export const perImage: Probe = {
  rewrite: { op: 'probe', what: 'variance', together: null, version: 1 },
  name: 'variance',
  taps: (model) => tapsOf(model, 'variance'),
  vectorOf: channelMeans,
}

/** The key of the variance over a set of images that were averaged first. */
export const batchMeanRewrite = (images: StudyImage[]): Rewrite => ({
  op: 'probe',
  what: 'varianceOfBatchMean',
  together: createHash('sha256').update(setKey(images)).digest('hex'),
  version: 1,
})

/**
 * Averages features over the readable images of each batch that has no variance yet, a few images in each run. The one
 * vector of a batch is stored under its first image, and so are the reasons for images that were left out.
 *
 * @throws DATASET_EMPTY where no image of a batch has features
 */
export async function measureBatchMeans(
  context: MeasureContext,
  batches: readonly StudyImage[][],
): Promise<void> {
  const { workspace, model, progress, job } = context
  const missing = batches.filter((images) => !storedBatchMean(workspace.db, model, images))
  const count = (some: readonly StudyImage[][]) => some.reduce((sum, { length }) => sum + length, 0)
  progress.expect(count(batches))
  progress.add({ cached: count(batches) - count(missing) })
  if (missing.length === 0) return
  const points = await pointsOf(model)
  const probe = {
    name: 'feature-sum',
    taps: (one: StoredModel) => tapsOf(one, 'weightedSum'),
    feeds: (places: number) => [rowWeights(new Float32Array(places).fill(1))],
  }
  const opened = await openProbe(context, probe, count(missing))
  const size = smallerAfter(opened.size, crashesHere(context))
  progress.note(`${model.title} on ${opened.provider.name}, batch ${size.most}${splitNote(opened)}`)
  try {
    for (const images of missing) {
      if (job.signal.aborted) return
      await measureBatchMean(context, { ...opened, size, points }, images)
    }
  } finally {
    await closeAll(opened.sessions)
  }
}

type Opened = Awaited<ReturnType<typeof openProbe>> & { points: FeaturePoint[] }

/** The weights of the rows of a call, [places]: 0 for those that are not added. */
const rowWeights = (data: Float32Array) => ({ name: rowWeightsInput, data, shape: [data.length] })

async function measureBatchMean(
  context: MeasureContext,
  { sessions, provider, outputs, size, points }: Opened,
  images: StudyImage[],
): Promise<void> {
  const { workspace, model, progress, job } = context
  const [first] = images
  const sums = points.map((point) => new FeatureSum(point))
  const { problems, giveUp } = givenUp(progress)
  await callsInLanes(context, { sessions, size, crashes: 0 }, images, {
    compute(session, call) {
      const weights = Float32Array.from({ length: call.places }, (_, row) =>
        row < call.images.length && !call.problems[row] ? 1 : 0,
      )
      return runCall(session, model, call, outputs, [rowWeights(weights)])
    },
    keep(call, answer) {
      for (const [index, sum] of sums.entries()) sum.add(answer[index])
      for (const [row, image] of call.images.entries()) {
        const problem = call.problems[row]
        if (problem) giveUp(image, problem)
        else progress.add({ computed: 1 })
      }
    },
    giveUp,
  })
  if (job.signal.aborted || !first) return
  const counted = images.length - problems.size
  if (counted === 0) throw new KernelscopeError('DATASET_EMPTY', `no image gave features of ${model.title}`)
  const rewrite = batchMeanRewrite(images)
  const store = measurementStore(workspace.db, { model, provider: provider.name, rewrite })
  workspace.db.transaction(() => {
    store.keepVector(
      first.exampleId,
      sums.map((sum) => sum.varianceOfMean(counted)),
    )
    for (const [exampleId, problem] of problems) store.fail(exampleId, problem)
  })()
}

/** Reads what `measureBatchMeans` stored of a batch; null where it stored nothing. */
export function storedBatchMean(
  db: Db,
  model: StoredModel,
  images: StudyImage[],
): { vector: Float64Array; problems: ErrorShape[] } | null {
  const [first] = images
  if (!first) return null
  const found = measured(db, model, batchMeanRewrite(images))
  const vector = found.vectors([first.exampleId]).get(first.exampleId)
  return vector ? { vector, problems: [...found.problems(examplesOf(images)).values()] } : null
}
