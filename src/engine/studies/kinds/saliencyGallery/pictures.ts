import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { encodePng, shrink } from '../../../images/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { loadImages } from '../../measure/load.ts'
import {
  measured,
  type Measured,
  measurementStore,
  type StudyImage,
  examplesOf,
} from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** The key of a model's input as a picture, shown beside its maps. */
export const shownPicture: Rewrite = { op: 'probe', what: 'shownPicture', together: null, version: 1 }

/** Most pixels of the longer side: a figure holds many pictures. */
const side = 128

/** The stored pictures of a model, as PNG bytes. */
export const picturesOf = (db: Db, model: StoredModel): Measured => measured(db, model, shownPicture)

/** Stores the pictures of images that have none yet, or why there is none. */
export async function keepPictures(
  { workspace: { db }, pool, model, job }: MeasureContext,
  images: readonly StudyImage[],
): Promise<void> {
  const known = picturesOf(db, model).known(examplesOf(images))
  const store = measurementStore(db, { model, provider: 'cpu', rewrite: shownPicture })
  const [height, width] = model.preprocessing.size
  for (const image of images) {
    if (job.signal.aborted) return
    if (known.has(image.exampleId)) continue
    const { pixels, problems } = await loadImages(pool, [image], model.preprocessing, 1)
    const [problem] = problems
    if (problem) {
      store.fail(image.exampleId, problem)
      continue
    }
    const small = await shrink({ pixels: new Uint8Array(new Uint8Array(pixels)), height, width }, side)
    store.keep(image.exampleId, await encodePng(small.pixels, small.height, small.width))
  }
}

type Pictures = NonNullable<NonNullable<FigureSpec['cells']>['pictures']>

/**
 * Places the pictures in the first column of a gallery. Its maps have `height` x `width` cells with `gap`
 * cells between them.
 */
export function pictureColumn(
  images: readonly StudyImage[],
  stored: ReadonlyMap<number, Buffer>,
  { height, width, gap }: { height: number; width: number; gap: number },
): Pictures {
  return images.flatMap(({ exampleId }, place) => {
    const png = stored.get(exampleId)
    if (!png) return []
    const row = place * (height + gap)
    return [{ row, column: 0, rows: height, columns: width, png: png.toString('base64') }]
  })
}
