import type { Provider } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { locateImage, modelFor } from '../../datasets/index.ts'
import { openClassifier, usableModel, type Classifier } from '../../models/index.ts'
import type { EngineSession } from '../session/session.ts'

interface AgreementInput {
  modelId: number
  datasetId: number
  images: number
  a: Provider
  b: Provider
}

/**
 * Compares the outputs of one model under two providers on the first readable images of a dataset. `maxAbsolute` is the
 * largest difference of two outputs, `maxRelative` the same over the largest output.
 *
 * @throws DATASET_EMPTY where the dataset has no readable image
 */
export async function agreement(
  session: EngineSession,
  { modelId, datasetId, images, a, b }: AgreementInput,
) {
  const { workspace } = session.open()
  const ids = workspace.db
    .prepare<[number, number], number>(
      'SELECT id FROM image WHERE dataset_id = ? AND example_id IS NOT NULL AND problem IS NULL ORDER BY id LIMIT ?',
    )
    .pluck()
    .all(datasetId, images)
  if (ids.length === 0) throw new KernelscopeError('DATASET_EMPTY', 'the dataset has no readable image')
  const first = await outputsWith(session, { modelId, datasetId, ids }, a)
  const second = await outputsWith(session, { modelId, datasetId, ids }, b)
  const { classes } = first
  let maxAbsolute = 0
  let largest = 0
  let sameTop1 = 0
  for (let row = 0; row < ids.length; row++) {
    const x = first.outputs.subarray(row * classes, (row + 1) * classes)
    const y = second.outputs.subarray(row * classes, (row + 1) * classes)
    x.forEach((value, k) => {
      maxAbsolute = Math.max(maxAbsolute, Math.abs(value - (y[k] ?? NaN)))
      largest = Math.max(largest, Math.abs(value))
    })
    if (argmax(x) === argmax(y)) sameTop1++
  }
  return {
    a: first.provider,
    b: second.provider,
    images: ids.length,
    sameTop1,
    maxAbsolute,
    maxRelative: largest === 0 ? 0 : maxAbsolute / largest,
  }
}

const argmax = (values: Float32Array) =>
  values.reduce((best, value, index) => (value > (values[best] ?? -Infinity) ? index : best), 0)

async function outputsWith(
  session: EngineSession,
  { modelId, datasetId, ids }: { modelId: number; datasetId: number; ids: number[] },
  provider: Provider,
) {
  const { workspace } = session.open()
  const model = modelFor(workspace.db, datasetId, usableModel(workspace.db, modelId))
  const classifier = await openClassifier(workspace, model, { ...session.settings(), provider }, session.log)
  try {
    const outputs = new Float32Array(ids.length * model.classes)
    for (let at = 0; at < ids.length; at += classifier.batch) {
      const part = await batchOutputs(session, classifier, ids.slice(at, at + classifier.batch))
      outputs.set(part, at * model.classes)
    }
    return { provider: classifier.provider.name, classes: model.classes, outputs }
  } finally {
    await classifier.close()
  }
}

async function batchOutputs(
  session: EngineSession,
  classifier: Classifier,
  ids: number[],
): Promise<Float32Array> {
  const { batch, height, width, model } = classifier
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  await Promise.all(
    ids.map((id, slot) => {
      const { path, digest } = locateImage(session.db, id)
      return session.pool.load(
        {
          path,
          imageKey: digest?.toString('hex') ?? '',
          preprocessing: model.preprocessing,
          transforms: [{ transform: { op: 'identity' }, slot }],
        },
        pixels,
      )
    }),
  )
  return (await classifier.outputs({ pixels, first: 0, batch }, ids.length)).outputs
}
