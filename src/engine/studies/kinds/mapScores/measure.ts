import type { SaliencyMethodName } from '#shared/saliencyMethods/index.ts'
import { type ErrorShape } from '#shared/errors.ts'
import { argmax } from '#shared/maths/logits.ts'
import { peakOf } from '#shared/maths/removal.ts'
import { spearman } from '#shared/maths/ranks.ts'
import { generator } from '#shared/random.ts'
import { regrid } from '#shared/saliency.ts'
import {
  floatsPlan,
  outputsOfMany,
  saliencyPlan,
  type InspectedModel,
  type SessionInUse,
} from '../../../saliency/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { examplesOf, measured, type ImageSource, type StudyImage } from '../../../facts/index.ts'
import { isComputingProblem } from '../../measure/calls.ts'
import { inMapLanes, mapPasses, type MapGraph, type MapLane, type MapWork } from '../../measure/mapLanes.ts'
import { measureOneByOne, type OneVector } from '../../measure/oneByOne.ts'
import { loadFloats } from '../../measure/load.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import { providerNamed, studyMap, type StudyMap } from '../../measure/studyMap.ts'
import { splitNote } from '../../measure/tensorLanes.ts'
import { targetLookup, unknownClass } from '../../measure/targets.ts'
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
  if (job.signal.aborted) return
  const missingOf = async (orderer: Orderer) => {
    const known = measured(workspace.db, model, scoresRewrite(orderer, chosen)).known(examplesOf(images))
    const missing = images.filter(({ exampleId }) => !known.has(exampleId))
    progress.add({ cached: images.length - missing.length })
    return missing.length > 0 ? workOf(model, orderer, chosen, missing) : null
  }
  await inMapLanes(context, orderers, missingOf, (lanes, { of: orderer, images: missing }) =>
    measureOneByOne(context, scoresRewrite(orderer, chosen), missing, {
      note: `${model.title} on ${lanes.provider.name}, ${titleOf(orderer)}${splitNote(lanes)}`,
      lanes: lanes.sessions,
      compute: (image, lane) => scoresOfImage(lane, orderer, chosen, image),
    }),
  )
}

/** What scoring the maps of images takes: the graph of the map, that of the outputs, and the same with random weights. */
async function workOf(
  model: StoredModel,
  orderer: Orderer,
  chosen: MapScoreParams,
  images: readonly StudyImage[],
): Promise<MapWork<Orderer>> {
  const forward = forwardGraph(model)
  if (isControl(orderer))
    return { of: orderer, graphs: [forward], images, passes: 2 * (chosen.steps + 1) + 1 }
  const method = methodOf(orderer, chosen)
  const main = { model, plan: await saliencyPlan(model, method) }
  const stages: MapGraph[] = []
  for (const one of randomisedModels(model, chosen))
    stages.push({ model: one, plan: await saliencyPlan(one, method) })
  const passes = mapPasses(method, model) * (1 + chosen.cascade)
  return { of: orderer, graphs: [main, forward, ...stages], images, passes }
}

const forwardGraph = (model: StoredModel): MapGraph => ({ model, plan: floatsPlan(model) })

/** The model with the weights of its last layers drawn anew, from the last layer alone to all. */
const randomisedModels = (model: StoredModel, { cascade, seed }: MapScoreParams): InspectedModel[] =>
  Array.from({ length: cascade }, (_, at) => ({
    ...model,
    randomised: { stage: at + 1, of: cascade, seed },
  }))

const askedOf = (name: SaliencyMethodName, chosen: MapScoreParams) => ({
  method: methodOf(name, chosen),
  target: { kind: chosen.target },
})

async function scoresOfImage(
  { context, sessions, lease }: MapLane,
  orderer: Orderer,
  chosen: MapScoreParams,
  image: StudyImage,
): Promise<OneVector> {
  const { model, job } = context
  const { floats, problems } = await loadFloats(context, [image], 1)
  if (problems[0]) return problems[0]
  const forward = lease(forwardGraph(model))
  const found = isControl(orderer)
    ? await controlMap(context, forward, orderer, chosen, { image, floats })
    : await studyMap(context, sessions, { ...askedOf(orderer, chosen), model }, image)
  if (found === null || 'code' in found) return found
  const { values, index, provider } = found
  const sanity: number[] = []
  const target = { kind: 'class' as const, index }
  const asked = isControl(orderer)
    ? []
    : randomisedModels(model, chosen).map((one) => ({ ...askedOf(orderer, chosen), target, model: one }))
  for (const stage of asked) {
    if (job.signal.aborted) return null
    const other = await studyMap(context, sessions, stage, image)
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
  if (target === 'true' && trueClass < 0) return unknownClass(model, image.className)
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
