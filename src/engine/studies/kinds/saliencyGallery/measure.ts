import { canonicalJson } from '#shared/canonical.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { regrid } from '#shared/saliency.ts'
import type { StoredModel } from '../../../models/index.ts'
import { saliencyPlan } from '../../../saliency/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { inMapLanes, mapPasses, type MapLanes, type MapWork } from '../../measure/mapLanes.ts'
import { measureOneByOne } from '../../measure/oneByOne.ts'
import { sampleStudyImages, samplePage } from '../../measure/sampleImages.ts'
import { studyMap } from '../../measure/studyMap.ts'
import { splitNote } from '../../measure/tensorLanes.ts'
import { keepPictures } from './pictures.ts'
import { methodOf, methodsFor, type GalleryParams, type MethodName } from './params.ts'
import {
  imageChunks,
  type ImageSource,
  measured,
  type Measured,
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
  const methods = methodsFor(chosen, model)
  progress.expect(images.length * methods.length)
  if (model.id === context.models[0]?.id) await keepPictures(context, images)
  if (job.signal.aborted) return
  const workOf = async (name: MethodName): Promise<MapWork<MethodName> | null> => {
    const known = mapsOf(workspace.db, model, name, chosen).known(examplesOf(images))
    const missing = images.filter(({ exampleId }) => !known.has(exampleId))
    progress.add({ cached: images.length - missing.length })
    if (missing.length === 0) return null
    const method = methodOf(name, chosen)
    const graph = { model, plan: await saliencyPlan(model, method) }
    return { of: name, graphs: [graph], images: missing, passes: mapPasses(method, model) }
  }
  await inMapLanes(context, methods, workOf, (lanes, work) => measureMethod(context, lanes, work, chosen))
}

async function measureMethod(
  context: MeasureContext,
  lanes: MapLanes,
  { of: name, images }: MapWork<MethodName>,
  chosen: GalleryParams,
): Promise<void> {
  const { model } = context
  const asked = { method: methodOf(name, chosen), target: { kind: chosen.target }, model }
  await measureOneByOne(context, rewriteOf(name, chosen), images, {
    note: `${model.title}, ${name}${splitNote(lanes)}`,
    lanes: lanes.sessions,
    async compute(image, lane) {
      const found = await studyMap(lane.context, lane.sessions, asked, image)
      if (found === null || 'code' in found) return found
      const { values, provider } = found
      return { vector: regrid(values, model.preprocessing.size, gridOf(model)), provider }
    },
  })
}
