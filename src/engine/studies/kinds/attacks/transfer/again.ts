import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { allOutputs } from '#shared/readouts.ts'
import { openAttackSession, type AttackSession } from '../../../../inference/index.ts'
import { openClassifier, openWithFirst, type Classifier, type StoredModel } from '../../../../models/index.ts'
import type { AttackAgainRequest } from '../adversarial/again.ts'
import { attackRequest } from '../adversarial/open.ts'
import { gradientCallSize } from '../../../measure/calls.ts'
import { onFloats } from '../../../measure/sessions.ts'
import { loadImages } from '../../../measure/load.ts'
import { targetLookup } from '../../../measure/targets.ts'
import { writePicture } from './adversarialImages.ts'
import type { StudyImage } from '../../../../facts/index.ts'
import type { Recomputed } from '../../../definition/index.ts'

/** A request to make images again with a surrogate model's gradient and to predict them. */
export interface TransferAgainRequest extends AttackAgainRequest {
  /** The model whose gradient makes the images, with its own preprocessing and labels. */
  surrogate: StoredModel
}

/**
 * Makes single images again outside any study, with the gradient of `surrogate` and the seeds of the attacks.
 * Then predicts them with `model`, which has the preprocessing of the facts. Rounded images pass that
 * preprocessing, as in a transfer study. Unrounded ones are given to the model unchanged, as in the transfer
 * check of attacks. Writes only graphs and pictures, into the workspace.
 */
export async function transferAgain(request: TransferAgainRequest): Promise<Recomputed> {
  const { workspace, settings, log, surrogate, items, signal } = request
  const answers: Recomputed['answers'] = []
  const { session } = await openWithFirst(settings, log, async (name) =>
    openAttackSession(await attackRequest({ workspace, settings }, surrogate, name)),
  )
  const target = openTarget(request)
  try {
    for (const [at, { transform, ...item }] of items.entries()) {
      if (signal.aborted) break
      const image = { id: 0, exampleId: 0, root: null, ...item }
      const made = await makeImage(request, session, transform, image)
      answers[at] =
        'code' in made
          ? made
          : transform.rounded
            ? await target.asPicture(made, image, `${at}`)
            : await target.asFloats(made, image)
    }
    return { provider: target.provider(), answers }
  } finally {
    await target.close()
    await session.close()
  }
}

/** Makes the adversarial image: float32 [height, width, 3] in [0,1], of the surrogate's size. */
async function makeImage(
  { pool, surrogate, older = false }: TransferAgainRequest,
  session: AttackSession,
  attack: Attack,
  image: StudyImage,
): Promise<Float32Array | ErrorShape> {
  const { most: batch } = gradientCallSize(surrogate)
  const { pixels, problems } = await loadImages(pool, [image], surrogate.preprocessing, batch)
  const [problem] = problems
  if (problem) return problem
  const { images } = await session.attack({
    pixels,
    first: 0,
    batch,
    rows: 1,
    targets: Int32Array.from([targetLookup(surrogate)(image.className)]),
    keys: [image.digest],
    runs: [attack],
    keep: true,
    older,
  })
  if (!images) throw new KernelscopeError('INTERNAL', 'the attack kept no image')
  const [height, width] = surrogate.preprocessing.size
  return images.subarray(0, height * width * 3)
}

/** The model that predicts. It is opened for pictures or for floats when the first one comes. */
function openTarget({ workspace, pool, settings, log, model, surrogate }: TransferAgainRequest) {
  const open = new Map<string, Promise<Classifier>>()
  let provider = ''
  async function opened(kind: 'picture' | 'floats'): Promise<Classifier> {
    const plan = kind === 'floats' ? [onFloats] : []
    const opening =
      open.get(kind) ?? openClassifier(workspace, model, { ...settings, batch: 1 }, log, ...plan)
    open.set(kind, opening)
    const classifier = await opening
    provider = classifier.provider.name
    return classifier
  }
  async function ask(classifier: Classifier, pixels: SharedArrayBuffer, { className }: StudyImage) {
    const { batch } = classifier
    const targets = Int32Array.from([targetLookup(model)(className)])
    const { facts } = await classifier.run({ pixels, first: 0, batch }, 1, [{ readout: allOutputs, targets }])
    const [read] = facts
    return {
      predicted: read?.predicted[0] ?? -1,
      confidence: read?.confidence[0] ?? Number.NaN,
      trueProbability: (read?.trueRank[0] ?? 0) > 0 ? (read?.trueProbability[0] ?? null) : null,
    }
  }
  return {
    provider: () => provider,
    /** Writes the image as 8-bit PNG under `name` and reads it with the model's preprocessing. */
    async asPicture(made: Float32Array, image: StudyImage, name: string) {
      const classifier = await opened('picture')
      const { batch, height, width } = classifier
      const folder = join(workspace.path, 'adversarial')
      await mkdir(folder, { recursive: true })
      const path = join(folder, `${surrogate.digest.slice(0, 16)}-${model.digest.slice(0, 16)}-${name}.png`)
      await writePicture(path, made, ...surrogate.preprocessing.size)
      const pixels = new SharedArrayBuffer(batch * height * width * 3)
      const transforms = [{ transform: { op: 'identity' as const }, slot: 0 }]
      const imageKey = `${path} ${image.digest}`
      await pool.load({ path, imageKey, preprocessing: model.preprocessing, transforms }, pixels)
      return ask(classifier, pixels, image)
    },
    async asFloats(made: Float32Array, image: StudyImage) {
      const classifier = await opened('floats')
      const { batch, height, width } = classifier
      const pixels = new SharedArrayBuffer(batch * height * width * 3 * 4)
      new Float32Array(pixels).set(made)
      return ask(classifier, pixels, image)
    },
    async close() {
      for (const opening of open.values()) await (await opening.catch(() => null))?.close()
    },
  }
}
