import { setImmediate as nextTurn } from 'node:timers/promises'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { regrid } from '#shared/saliency.ts'
import { providersFor } from '../../inference/index.ts'
import type { StoredModel } from '../../models/index.ts'
import {
  floatsOfPart,
  KeptMaps,
  magnitudes,
  OpenSessions,
  saliency,
  type MapRoom,
} from '../../saliency/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { MeasureRoom } from '../definition.ts'
import { imageChunks, type ImageSource, type StudyImage } from '../images.ts'
import { imageProblem } from '../load.ts'
import { drawImages, drawPage } from '../drawImages.ts'
import { measurementStore, storedVectors } from '../measurements.ts'
import { targetLookup } from '../targets.ts'
import { keepPictures } from './pictures.ts'
import { methodOf, type GalleryParams, type MethodName } from './params.ts'

/** Maps are kept no finer than this, so that many can be shown at once. */
const mostCells = 64

/** Cells down and across of a model's maps. */
export const gridOf = ({ preprocessing: { size } }: StoredModel): [number, number] => [
  Math.min(mostCells, size[0]),
  Math.min(mostCells, size[1]),
]

/** One map per image under a method and target. */
export const rewriteOf = (name: MethodName, chosen: GalleryParams): Rewrite => ({
  op: 'probe',
  what: 'saliencyMap',
  together: canonicalJson({ ...methodOf(name, chosen), target: chosen.target }),
  version: 1,
})

/** The images of a gallery: those that were named, else drawn. */
export async function galleryImages(
  db: Db,
  source: ImageSource,
  { imageIds, images, seed }: GalleryParams,
): Promise<StudyImage[]> {
  if (imageIds.length === 0) return drawImages(db, source, images, seed)
  const wanted = new Set(imageIds)
  const found = new Map<number, StudyImage>()
  for (const page of imageChunks(db, source, drawPage)) {
    for (const image of page) if (wanted.has(image.id)) found.set(image.id, image)
    await nextTurn()
  }
  return imageIds.flatMap((id) => found.get(id) ?? [])
}

/** Maps of one model by subject. */
export const storedMaps = (db: Db, model: StoredModel, name: MethodName, chosen: GalleryParams) =>
  storedVectors(db, model, rewriteOf(name, chosen))

/** Computes the maps of a model that are not stored. */
export async function measureGallery(room: MeasureRoom, chosen: GalleryParams): Promise<void> {
  const { workspace, source, model, progress, context } = room
  const images = await galleryImages(workspace.db, source, chosen)
  progress.expect(images.length * chosen.methods.length)
  if (model.id === room.models[0]?.id) await keepPictures(room, images)
  const sessions = new OpenSessions()
  try {
    for (const name of chosen.methods) {
      const stored = storedMaps(workspace.db, model, name, chosen)
      const missing = images.filter(({ subjectId }) => !stored.has(subjectId))
      progress.add({ computed: 0, cached: images.length - missing.length, failed: 0 })
      for (const image of missing) {
        if (context.signal.aborted) return
        progress.note(`${model.title}, ${name}`)
        context.enterNative()
        const failed = await measureImage(room, sessions, name, chosen, image)
        progress.add({ computed: failed ? 0 : 1, cached: 0, failed: failed ? 1 : 0 })
      }
    }
  } finally {
    await sessions.close()
  }
}

/** Whether the image could not be shown. */
async function measureImage(
  { workspace, pool, settings, log, model, context }: MeasureRoom,
  sessions: OpenSessions,
  name: MethodName,
  chosen: GalleryParams,
  image: StudyImage,
): Promise<boolean> {
  const kept = new KeptMaps()
  const { signal } = context
  const room: MapRoom = { pool, settings, log, sessions, kept, weights: workspace.weights, signal }
  const target = targetLookup(model)(image.className)
  const file = { path: image.path, digest: image.digest, trueClass: target < 0 ? null : target }
  const request = {
    method: methodOf(name, chosen),
    target: { kind: chosen.target },
    of: 'logit' as const,
  }
  try {
    for await (const event of saliency(room, null, model, file, request)) {
      if (event.type === 'progress') continue
      const part = kept.get(null, event.result.key, ['saliency']).parts['channels']
      if (!part) throw new KernelscopeError('INTERNAL', 'the map was not kept')
      const map = regrid(
        Float64Array.from(magnitudes(floatsOfPart(part))),
        model.preprocessing.size,
        gridOf(model),
      )
      const { provider } = event.result
      const known = providersFor('auto').find((one) => one.name === provider)?.name ?? 'cpu'
      const key = { model, provider: known, rewrite: rewriteOf(name, chosen) }
      measurementStore(workspace.db, key).keepVector(image.subjectId, map)
    }
    return false
  } catch (error) {
    if (signal.aborted) return true
    imageProblem(error)
    return true
  }
}
