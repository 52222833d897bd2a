import { createHash } from 'node:crypto'
import { KernelscopeError } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { type StoredModel } from '../../models/index.ts'
import { onGraphThread, type FeaturePoint, type Tap } from '../../onnx/index.ts'
import type { MeasureRoom } from '../definition.ts'
import type { StudyImage } from '../images.ts'
import { measurementStore, storedVectors } from '../measurements.ts'
import { loadFloats, openProbe, runProbe, setKey, type Probe } from '../probing.ts'

/** The places of a curve over depth. */
export const pointsOf = ({ path }: StoredModel): Promise<FeaturePoint[]> =>
  onGraphThread({ kind: 'points', path })

const tapsOf = async (model: StoredModel, kind: 'variance' | 'varianceOfBatchMean'): Promise<Tap[]> =>
  (await pointsOf(model)).map((point, index) => ({
    tensor: point.tensor,
    as: `variance-${index}`,
    reduce: { kind, of: point },
  }))

/** Mean over channels of row `row` of each tap's [rows, channels]. */
const channelMeans: Probe['vectorOf'] = (outputs, row) =>
  outputs.map(({ data, shape }) => {
    const channels = shape[1] ?? 1
    return (
      data.subarray(row * channels, (row + 1) * channels).reduce((sum, value) => sum + value, 0) / channels
    )
  })

/** One variance per layer for each image. */
export const perImage: Probe = {
  rewrite: { op: 'probe', what: 'variance', together: null, version: 1 },
  name: 'variance',
  taps: (model) => tapsOf(model, 'variance'),
  vectorOf: channelMeans,
}

/** The key of a variance over a set of images that were averaged first. */
export const batchMeanRewrite = (images: StudyImage[]): Rewrite => ({
  op: 'probe',
  what: 'varianceOfBatchMean',
  together: createHash('sha256').update(setKey(images)).digest('hex'),
  version: 1,
})

/** All images in one run; the one vector is kept under the first of them. */
export async function measureBatchMean(room: MeasureRoom, images: StudyImage[]): Promise<void> {
  const { workspace, model, progress, context } = room
  const rewrite = batchMeanRewrite(images)
  const [first] = images
  progress.expect(images.length)
  if (!first || storedVectors(workspace.db, model, rewrite).has(first.subjectId)) {
    progress.add({ computed: 0, cached: images.length, failed: 0 })
    return
  }
  const { session, provider, outputs } = await openProbe(room, {
    ...perImage,
    name: 'variance-of-mean',
    taps: (model) => tapsOf(model, 'varianceOfBatchMean'),
  })
  progress.note(`${model.title} on ${provider}, one batch of ${images.length}`)
  try {
    const { floats, failed } = await loadFloats(room, images)
    const problem = failed.find((entry) => entry !== null)
    if (problem) throw new KernelscopeError(problem.code, problem.message, { hint: problem.hint })
    context.enterNative()
    const vector = channelMeans(await runProbe(session, model, floats, outputs), 0)
    measurementStore(workspace.db, { model, provider, rewrite }).keepVector(first.subjectId, vector)
    progress.add({ computed: images.length, cached: 0, failed: 0 })
  } finally {
    await session.close()
  }
}
