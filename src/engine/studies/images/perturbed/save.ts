import { numberText } from '#shared/params/numbers.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { SavedAdversarial } from '#shared/contract/index.ts'
import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { distanceBetween, toLevels } from '#shared/maths/norms.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { writeWhole } from '../../../base/wholeFile.ts'
import { transform } from '#shared/transform.ts'
import { encodePng } from '../../../images/index.ts'
import { npyHeader } from '../../../saliency/index.ts'
import type { AttackSession } from '../../../inference/index.ts'
import { usableModel, type StoredModel } from '../../../models/index.ts'
import { gradientCallSize, inCalls } from '../../measure/calls.ts'
import { loadImages } from '../../measure/load.ts'
import { planStudy } from '../../store/plan.ts'
import { targetLookup } from '../../measure/targets.ts'
import { answersOf, type StoredAnswer } from './answers.ts'
import { surrogateBehind, type PairContext } from './pair.ts'
import { imageChunks, type StudyImage } from '../../../facts/index.ts'

/** Which adversarial images to write, and where. */
export interface SaveRequest {
  studyId: number
  modelId: number
  /** Key of an attack condition of the study. */
  key: string
  folder: string
  /** Also write the unrounded images, as NumPy arrays. */
  npy: boolean
  /** The images to write; left out = all of the study. */
  imageIds?: readonly number[] | undefined
}

type Saving = AsyncGenerator<
  | { type: 'progress'; done: number; total: number; unit: string; note: string }
  | { type: 'result'; result: SavedAdversarial },
  void,
  undefined
>

/**
 * Writes the adversarial images of a condition as PNG, rounded to 8 bit, and a manifest that describes them.
 * A cancelled run writes no manifest.
 *
 * @throws USAGE where the folder has a manifest already
 * @throws STUDY_PARAMS where the condition is no attack
 * @throws CANCELLED where `signal` aborts
 */
export async function* saveAdversarial(
  context: PairContext,
  request: SaveRequest,
  signal: AbortSignal | undefined,
): Saving {
  const { db } = context.workspace
  const { study, model, attack, conditionId, images, datasetId } = planned(context, request)
  const manifest = join(request.folder, 'manifest.json')
  if (existsSync(manifest))
    throw new KernelscopeError('USAGE', `there are adversarial images already: ${request.folder}`, {
      hint: 'Choose another folder.',
    })
  const surrogate = surrogateBehind(context, study, datasetId, model, attack)
  const size = gradientCallSize(surrogate)
  const answers = answersOf(db, model, conditionId)
  const entries: unknown[] = []
  let failed = 0
  for (let at = 0; at < images.length;) {
    const note = `${surrogate.title}, ${attack.kind} at ε ${numberText(attack.epsilon)}`
    yield { type: 'progress', done: at, total: images.length, unit: 'images', note }
    if (signal?.aborted) throw new KernelscopeError('CANCELLED', 'saving was stopped')
    const part = images.slice(at, at + size.most)
    at += part.length
    const made: (AdversarialImage | { problem: ErrorShape })[] = []
    await inCalls(size, part, {
      call: (some, places) =>
        context.attackers.with(context, surrogate, async (session) => {
          made.push(...(await make(context, session, surrogate, attack, some, places)))
        }),
      giveUp: (_image, problem) => void made.push({ problem }),
      ended: () => signal?.aborted ?? false,
    })
    for (const [row, image] of part.entries()) {
      const picture = made[row]
      if (!picture || 'problem' in picture) {
        failed++
        entries.push({ image: image.path, sha256: image.digest, problem: picture?.problem ?? null })
      } else entries.push(await write(request, surrogate, image, picture, answers(image.exampleId)))
    }
  }
  await writeWhole(
    manifest,
    `${JSON.stringify({ ...describe(model, surrogate, attack, request), images: entries }, null, 2)}\n`,
  )
  yield {
    type: 'result',
    result: { folder: request.folder, manifest, images: images.length - failed, failed },
  }
}

function planned({ workspace: { db } }: PairContext, { studyId, modelId, key, imageIds }: SaveRequest) {
  const { study, models, source } = planStudy(db, studyId)
  const plan = models.find(({ model }) => model.id === modelId)
  const stored = plan?.conditions.find(({ condition }) => condition.key === key)
  const part = stored?.parts[0]
  const attack = part && transform.parse(part.transform)
  if (!plan || attack?.op !== 'attack') {
    const attacks = plan?.conditions.filter(({ parts }) => parts[0]?.transform.op === 'attack') ?? []
    throw new KernelscopeError('STUDY_PARAMS', `no attack of the study is named ${key}`, {
      hint:
        attacks.length > 0
          ? `There are ${attacks.map((one) => one.condition.key).join(' ')}`
          : 'Choose a study of attacks.',
    })
  }
  const wanted = imageIds && new Set(imageIds)
  const images = [...imageChunks(db, source, 1000)].flat().filter(({ id }) => !wanted || wanted.has(id))
  const { datasetId } = source
  usableModel(db, modelIdOf(modelId))
  return { study, model: plan.model, attack, conditionId: part?.conditionId ?? null, images, datasetId }
}

interface AdversarialImage {
  clean: Float32Array
  shown: Float32Array
  /** The surrogate's prediction for the rounded image. */
  rounded: { predicted: number; confidence: number; label: string }
}

async function make(
  { pool }: PairContext,
  session: AttackSession,
  surrogate: StoredModel,
  attack: Attack,
  part: readonly StudyImage[],
  batch: number,
): Promise<(AdversarialImage | { problem: ErrorShape })[]> {
  const [height, width] = surrogate.preprocessing.size
  const values = height * width * 3
  const { pixels, problems } = await loadImages(pool, part, surrogate.preprocessing, batch)
  const targetOf = targetLookup(surrogate)
  const common = {
    first: 0,
    batch,
    rows: part.length,
    targets: Int32Array.from(part, ({ className }) => targetOf(className)),
    keys: part.map(({ digest }) => digest),
  }
  const { images } = await session.attack({ ...common, pixels, runs: [attack], keep: true })
  if (!images) throw new KernelscopeError('INTERNAL', 'the attack kept no images')
  const levels = new SharedArrayBuffer(pixels.byteLength)
  new Uint8Array(levels).set(toLevels(images.subarray(0, part.length * values)))
  const still: Attack = { ...attack, kind: 'sign', epsilon: 0, randomStart: false, restarts: 1 }
  const {
    facts: [facts],
  } = await session.attack({ ...common, pixels: levels, runs: [still], keep: false })
  return part.map((_, row) => {
    const problem = problems[row]
    if (problem) return { problem }
    const predicted = facts?.predicted[row] ?? -1
    return {
      clean: unitFloats(new Uint8Array(pixels, row * values, values)),
      shown: images.subarray(row * values, (row + 1) * values),
      rounded: {
        predicted,
        label: surrogate.labels[predicted] ?? `class ${predicted}`,
        confidence: facts?.confidence[row] ?? NaN,
      },
    }
  })
}

const safe = (name: string) => name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '_')

async function write(
  { folder, npy }: SaveRequest,
  { preprocessing }: StoredModel,
  image: StudyImage,
  { clean, shown, rounded }: AdversarialImage,
  stored: { before: StoredAnswer | null; after: StoredAnswer | null },
) {
  const [height, width] = preprocessing.size
  const stem =
    image.path
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.[^.]*$/, '') ?? ''
  // Images of several folders may share a name.
  const name = `${safe(image.className)}/${safe(stem)}-${image.digest.slice(0, 8)}`
  const levels = toLevels(shown)
  await writeWhole(join(folder, `${name}.png`), await encodePng(levels, height, width))
  if (npy) {
    const bytes = new Uint8Array(shown.buffer, shown.byteOffset, shown.byteLength)
    await writeWhole(join(folder, `${name}.npy`), Buffer.concat([npyHeader([height, width, 3]), bytes]))
  }
  const { linf, l2 } = distanceBetween(clean, shown)
  const ofPng = distanceBetween(clean, unitFloats(levels))
  return {
    file: `${name}.png`,
    ...(npy ? { array: `${name}.npy` } : {}),
    image: image.path,
    sha256: image.digest,
    class: image.className,
    linf,
    l2,
    png: { linf: ofPng.linf, l2: ofPng.l2, ...rounded },
    ...stored,
  }
}

function describe(model: StoredModel, surrogate: StoredModel, attack: Attack, { key, npy }: SaveRequest) {
  const named = ({ title, digest, preprocessing }: StoredModel) => ({ title, sha256: digest, preprocessing })
  return {
    format: 'kernelscope-adversarial',
    version: 1,
    condition: key,
    attack,
    epsilon: { unit: attack.epsilon, levels: attack.epsilon * 255 },
    model: named(model),
    madeWith: named(surrogate),
    quantisation: attack.rounded
      ? 'The attack itself rounds to 8 bit: the PNG files are what the model was shown.'
      : 'The model was shown unrounded values; the PNG files are rounded to the nearest of 256 levels. `png` holds their norms and what the model they were made with says of them.',
    arrays: npy ? 'float32 [height, width, 3], RGB in [0,1], unrounded' : null,
    units:
      'norms over all values of an image in [0,1]; `before` and `after` are the stored predictions of the model',
  }
}
