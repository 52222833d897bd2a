import { outputTitle } from '#shared/classNames.ts'
import type { ImagePrediction } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { markedTitle } from '#shared/preprocessing.ts'
import { allOutputs } from '#shared/readouts.ts'
import { parseTransform, asPixelTransform } from '#shared/transform.ts'
import { pixelType } from '#shared/transforms/index.ts'
import { locateImage, preprocessingFor, trueOutput } from '../../datasets/index.ts'
import { openClassifier, usableModel } from '../../models/index.ts'
import { drawsOfTransform } from '../../studies/index.ts'
import type { EngineSession } from './session.ts'

/**
 * Computes a model's prediction for an image under a transform, without storing it. Decoding, geometry, transform and
 * softmax are those of a study; probabilities are in [0, 1].
 *
 * @throws IMAGE_UNREADABLE where indexing could not read the image
 * @throws UNSUPPORTED where the transform works in the normalised space
 * @throws INFERENCE_FAILED where the model gives no output
 */
export async function askModel(
  session: EngineSession,
  { imageId, modelId, transform }: { imageId: number; modelId: number; transform: string },
): Promise<Omit<ImagePrediction, 'conditionId'>> {
  const { workspace } = session.open()
  const { image, path, digest } = locateImage(workspace.db, imageId)
  if (!digest) throw new KernelscopeError('IMAGE_UNREADABLE', `the image was not read: ${image.name}`)
  const imageKey = digest.toString('hex')
  const model = usableModel(workspace.db, modelId)
  const chosen = asPixelTransform(parseTransform(transform))
  if (pixelType(chosen) === 'float32')
    throw new KernelscopeError('UNSUPPORTED', 'noise in the normalised space is applied only in studies')
  const preprocessing = preprocessingFor(workspace.db, image.datasetId, model)
  const settings = { ...session.settings(), batch: 1 }
  const classifier = await openClassifier(workspace, { ...model, preprocessing }, settings, session.log)
  try {
    const pixels = new SharedArrayBuffer(classifier.batch * classifier.height * classifier.width * 3)
    await session.pool.load(
      {
        path,
        imageKey,
        preprocessing,
        transforms: [{ transform: chosen, slot: 0 }],
        draws: await drawsOfTransform(workspace, chosen, { digest: imageKey, className: image.className }),
      },
      pixels,
    )
    const name = image.className
    const target = name === null ? -1 : trueOutput(workspace.db, image.datasetId, model, name)
    const { facts: answers } = await classifier.run({ pixels, first: 0, batch: classifier.batch }, 1, [
      { readout: allOutputs, targets: Int32Array.of(target) },
    ])
    const [facts] = answers
    if (!facts) throw new KernelscopeError('INFERENCE_FAILED', `${model.title} gave no output`)
    const judged = facts.correct[0] ?? -1
    const known = (facts.trueRank[0] ?? 0) > 0
    return {
      modelId,
      modelTitle: markedTitle(model),
      correct: judged < 0 ? null : judged === 1,
      trueRank: known ? (facts.trueRank[0] ?? null) : null,
      trueProbability: known ? (facts.trueProbability[0] ?? null) : null,
      top: [...facts.topClasses]
        .map((classIndex, place) => ({
          classIndex,
          label: outputTitle(model.labels, classIndex),
          probability: facts.topProbabilities[place] ?? 0,
        }))
        .filter(({ classIndex }) => classIndex >= 0),
    }
  } finally {
    await classifier.close()
  }
}
