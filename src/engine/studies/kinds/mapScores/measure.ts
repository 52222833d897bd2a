import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { argmax } from '#shared/maths/logits.ts'
import { peakOf } from '#shared/maths/removal.ts'
import { spearman } from '#shared/maths/ranks.ts'
import { generator } from '#shared/random.ts'
import { regrid } from '#shared/saliency.ts'
import {
  floatsPlan,
  OpenSessions,
  outputsOfMany,
  saliencyPlan,
  type InspectedModel,
  type SessionInUse,
} from '../../../saliency/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { examplesOf, measured, type ImageSource, type StudyImage } from '../../../facts/index.ts'
import { isComputingProblem } from '../../measure/calls.ts'
import { measureOneByOne, type OneVector } from '../../measure/oneByOne.ts'
import { loadFloats } from '../../measure/probing.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import { mapContext, providerNamed, studyMap, type StudyMap } from '../../measure/studyMap.ts'
import { targetLookup } from '../../measure/targets.ts'
import type { MeasureContext } from '../../definition/index.ts'
import { measureBoxes } from './boxVectors.ts'
import { removalCurves } from './curves.ts'
import {
  isControl,
  methodOf,
  orderersFor,
  titleOf,
  type Control,
  type MapScoreParams,
  type Orderer,
} from './params.ts'
import { scoresRewrite, vectorOf } from './stored.ts'

/** Most cells per side on which maps are compared with those of randomised networks. */
const mostCells = 64

export const scoredImages = (
  db: Db,
  source: ImageSource,
  { images, seed }: Pick<MapScoreParams, 'images' | 'seed'>,
): Promise<StudyImage[]> => sampleStudyImages(db, source, images, seed)

/** Computes and stores the scores of all maps of a model that are missing, and reads the boxes of its images. */
export async function measureScores(context: MeasureContext, chosen: MapScoreParams): Promise<void> {
  const { workspace, source, model, progress, job } = context
  const images = await scoredImages(workspace.db, source, chosen)
  const orderers = orderersFor(chosen, model)
  progress.expect(images.length * orderers.length)
  await measureBoxes(context, images, chosen)
  const sessions = new OpenSessions()
  try {
    for (const orderer of orderers) {
      const rewrite = scoresRewrite(orderer, chosen)
      const known = measured(workspace.db, model, rewrite).known(examplesOf(images))
      const missing = images.filter(({ exampleId }) => !known.has(exampleId))
      progress.add({ cached: images.length - missing.length })
      if (missing.length > 0) await measureOrderer(context, sessions, orderer, chosen, missing)
      if (job.signal.aborted) return
    }
  } finally {
    await sessions.close()
  }
}

async function measureOrderer(
  context: MeasureContext,
  sessions: OpenSessions,
  orderer: Orderer,
  chosen: MapScoreParams,
  images: readonly StudyImage[],
): Promise<void> {
  const { model } = context
  const opening = mapContext(context, sessions)
  const stages = isControl(orderer) ? [] : randomisedModels(model, chosen)
  // They stay open for all images: what is opened for one image alone would be closed before the next.
  const leases: SessionInUse[] = []
  try {
    const forward = await sessions.open(opening, model, floatsPlan(model))
    leases.push(forward)
    if (!isControl(orderer))
      for (const one of [model, ...stages])
        leases.push(await sessions.open(opening, one, await saliencyPlan(one, methodOf(orderer, chosen))))
    const note = `${model.title} on ${forward.provider}, ${titleOf(orderer)}`
    await measureOneByOne(context, scoresRewrite(orderer, chosen), images, {
      note,
      compute: (image) => scoresOfImage(context, { sessions, forward, stages }, orderer, chosen, image),
    })
  } finally {
    for (const lease of leases) lease.end()
  }
}

/** The model with the weights of its last layers drawn anew, from the last layer alone to all. */
const randomisedModels = (model: StoredModel, { cascade, seed }: MapScoreParams): InspectedModel[] =>
  Array.from({ length: cascade }, (_, at) => ({
    ...model,
    randomised: { stage: at + 1, of: cascade, seed },
  }))

interface Opened {
  sessions: OpenSessions
  forward: SessionInUse
  stages: readonly InspectedModel[]
}

async function scoresOfImage(
  context: MeasureContext,
  { sessions, forward, stages }: Opened,
  orderer: Orderer,
  chosen: MapScoreParams,
  image: StudyImage,
): Promise<OneVector> {
  const { model, job } = context
  const { floats, problems } = await loadFloats(context, [image], 1)
  if (problems[0]) return problems[0]
  const found = isControl(orderer)
    ? await controlMap(context, forward, orderer, chosen, { image, floats })
    : await studyMap(
        context,
        sessions,
        { method: methodOf(orderer, chosen), target: { kind: chosen.target }, model },
        image,
      )
  if (found === null || 'code' in found) return found
  const { values, index, provider } = found
  const sanity: number[] = []
  for (const stage of stages) {
    if (job.signal.aborted || isControl(orderer)) return null
    const target = { kind: 'class' as const, index }
    const other = await studyMap(
      context,
      sessions,
      { method: methodOf(orderer, chosen), target, model: stage },
      image,
    )
    if (other === null || 'code' in other) return other
    sanity.push(spearman(onCells(values, model), onCells(other.values, model)))
  }
  if (job.signal.aborted) return null
  return guarded(forward, async () => {
    const curves = await removalCurves(forward, model, floats, values, { steps: chosen.steps, index })
    const [, width] = model.preprocessing.size
    const at = peakOf(values)
    const peak: [number, number] = [at % width, Math.floor(at / width)]
    return { vector: vectorOf({ index, peak, ...curves, sanity: Float64Array.from(sanity) }), provider }
  })
}

const onCells = (values: Float32Array, { preprocessing: { size } }: StoredModel): Float64Array =>
  regrid(values, size, [Math.min(mostCells, size[0]), Math.min(mostCells, size[1])])

/** What a computation gives, or the reason why the image cannot be computed. */
async function guarded<T>(session: SessionInUse, compute: () => Promise<T>): Promise<T | ErrorShape> {
  try {
    return await compute()
  } catch (error) {
    if (isComputingProblem(error) && !session.session.ended) return error.toShape()
    throw error
  }
}

/** A map that knows nothing of the model, and the class that it is scored by. */
async function controlMap(
  { model }: MeasureContext,
  forward: SessionInUse,
  control: Control,
  { target, seed }: MapScoreParams,
  { image, floats }: { image: StudyImage; floats: Float32Array },
): Promise<StudyMap | ErrorShape> {
  const [height, width] = model.preprocessing.size
  const trueClass = targetLookup(model)(image.className)
  if (target === 'true' && trueClass < 0)
    return new KernelscopeError(
      'STUDY_LABELS',
      `the class ${image.className} is not among the labels of ${model.title}`,
    ).toShape()
  const random = generator('mapScores', seed, image.digest)
  const values = Float32Array.from({ length: height * width }, (_, at) =>
    control === 'random'
      ? random.uniform()
      : -Math.hypot(Math.floor(at / width) - (height - 1) / 2, (at % width) - (width - 1) / 2),
  )
  return guarded(forward, async () => {
    const [outputs] = await outputsOfMany(forward, model, 1, (_, row) => row.set(floats))
    const index = target === 'true' ? trueClass : argmax(outputs ?? [])
    return { values, index, provider: providerNamed(forward.provider) }
  })
}
