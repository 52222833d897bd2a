import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { regrid } from '#shared/saliency.ts'
import { providersFor, type ProviderName } from '../../../inference/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import {
  floatsOfPart,
  gradientPlan,
  KeptMaps,
  magnitudes,
  OpenSessions,
  saliency,
  type MapContext,
} from '../../../saliency/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { deadly, isComputingProblem, sizeAfter } from '../../measure/calls.ts'
import { imageProblem } from '../../measure/load.ts'
import { sampleStudyImages, samplePage } from '../../measure/sampleImages.ts'
import { targetLookup } from '../../measure/targets.ts'
import { keepPictures } from './pictures.ts'
import { methodOf, type GalleryParams, type MethodName } from './params.ts'
import {
  currentVariants,
  imageChunks,
  type ImageSource,
  measured,
  type Measured,
  measurementStore,
  type StudyImage,
  examplesOf,
} from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

/** Most cells per side of a stored map, so that many maps can be shown at once. */
const mostCells = 64

/** Rows and columns of a model's maps. */
export const gridOf = ({ preprocessing: { size } }: StoredModel): [number, number] => [
  Math.min(mostCells, size[0]),
  Math.min(mostCells, size[1]),
]

/** The key of a map under a method and target, one map per image. */
export const rewriteOf = (name: MethodName, chosen: GalleryParams): Rewrite => ({
  op: 'probe',
  what: 'saliencyMap',
  together: canonicalJson({ ...methodOf(name, chosen), target: chosen.target }),
  version: 1,
})

/** The images of a gallery: those that were named, else sampled. */
export async function galleryImages(
  db: Db,
  source: ImageSource,
  { imageIds, images, seed }: GalleryParams,
): Promise<StudyImage[]> {
  if (imageIds.length === 0) return sampleStudyImages(db, source, images, seed)
  const wanted = new Set(imageIds)
  const found = new Map<number, StudyImage>()
  for (const page of imageChunks(db, source, samplePage)) {
    for (const image of page) if (wanted.has(image.id)) found.set(image.id, image)
    await nextTurn()
  }
  return imageIds.flatMap((id) => found.get(id) ?? [])
}

/** The stored maps of one model. */
export const mapsOf = (db: Db, model: StoredModel, name: MethodName, chosen: GalleryParams): Measured =>
  measured(db, model, rewriteOf(name, chosen))

/** Computes and stores the maps of a model that are missing. */
export async function measureGallery(context: MeasureContext, chosen: GalleryParams): Promise<void> {
  const { workspace, source, model, progress, job } = context
  const images = await galleryImages(workspace.db, source, chosen)
  progress.expect(images.length * chosen.methods.length)
  if (model.id === context.models[0]?.id) await keepPictures(context, images)
  const sessions = new OpenSessions()
  try {
    for (const name of chosen.methods) {
      const known = mapsOf(workspace.db, model, name, chosen).known(examplesOf(images))
      const missing = images.filter(({ exampleId }) => !known.has(exampleId))
      progress.add({ cached: images.length - missing.length })
      await measureMethod(context, sessions, name, chosen, missing)
      if (job.signal.aborted) return
    }
  } finally {
    await sessions.close()
  }
}

async function measureMethod(
  context: MeasureContext,
  sessions: OpenSessions,
  name: MethodName,
  chosen: GalleryParams,
  images: readonly StudyImage[],
): Promise<void> {
  const { workspace, model, progress, job } = context
  const rewrite = rewriteOf(name, chosen)
  const problems = new Map<number, ErrorShape>()
  // A failure is stored under the provider of the maps that exist, so that it does not seem to come from a
  // later runtime.
  let provider = currentVariants(workspace.db, model)(rewrite)?.provider ?? 'cpu'
  for (const image of images) {
    if (job.signal.aborted) break
    progress.note(`${model.title}, ${name}`)
    const killing = !progress.moved() && sizeAfter({ most: 1, fixed: true }, job.crashes) === 0
    // Stored at once, because the next image may end the engine too.
    if (killing) measurementStore(workspace.db, { model, provider, rewrite }).fail(image.exampleId, deadly())
    job.enterNative()
    const found = killing ? deadly() : await mapOf(context, sessions, name, chosen, image)
    if (found === null) break
    if ('map' in found) {
      provider = found.provider
      measurementStore(workspace.db, { model, provider, rewrite }).keepVector(image.exampleId, found.map)
      progress.add({ computed: 1 })
    } else {
      problems.set(image.exampleId, found)
      progress.add({ failed: [{ exampleId: image.exampleId, problem: found }] })
    }
  }
  if (problems.size === 0) return
  const store = measurementStore(workspace.db, { model, provider, rewrite })
  for (const [exampleId, problem] of problems) store.fail(exampleId, problem)
}

/** Computes the map of an image. Returns the reason where there is none; null where the job was stopped. */
async function mapOf(
  { workspace, pool, settings, log, model, job }: MeasureContext,
  sessions: OpenSessions,
  name: MethodName,
  chosen: GalleryParams,
  image: StudyImage,
): Promise<{ map: Float64Array; provider: ProviderName } | ErrorShape | null> {
  const kept = new KeptMaps()
  const { signal } = job
  const context: MapContext = { pool, settings, log, sessions, kept, weights: workspace.weights, signal }
  const target = targetLookup(model)(image.className)
  if (chosen.target === 'true' && target < 0)
    return new KernelscopeError(
      'STUDY_LABELS',
      `the class ${image.className} is not among the labels of ${model.title}`,
    ).toShape()
  const file = { path: image.path, digest: image.digest, trueClass: target < 0 ? null : target }
  const request = {
    method: methodOf(name, chosen),
    target: { kind: chosen.target },
    of: 'logit' as const,
  }
  // A model that cannot be opened is not a problem of the image.
  const lease = await sessions.open(context, model, gradientPlan(model))
  try {
    for await (const event of saliency(context, null, model, file, request)) {
      if (event.type === 'progress') continue
      const part = kept.get(null, event.result.key, ['saliency']).parts['channels']
      if (!part) throw new KernelscopeError('INTERNAL', 'the map was not kept')
      const map = regrid(
        Float64Array.from(magnitudes(floatsOfPart(part))),
        model.preprocessing.size,
        gridOf(model),
      )
      const known = providersFor('auto').find((one) => one.name === event.result.provider)?.name ?? 'cpu'
      return { map, provider: known }
    }
    throw new KernelscopeError('INTERNAL', 'the map was not computed')
  } catch (error) {
    if (signal.aborted) return null
    if (isComputingProblem(error) && !lease.session.ended) return error.toShape()
    return await imageProblem(error, image)
  } finally {
    lease.end()
  }
}
