import { nextTurn } from '../../base/nextTurn.ts'
import { countImages, imageList, imageSources } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import { pictureOrder } from '../summary/pictureNames.ts'

/**
 * Makes what results and costs need of the images of a dataset: their number, their list, and of each part the order of its
 * pictures. It is kept for the next start, and takes a second for some hundred thousand images.
 */
export async function prepareImages(db: Db, datasetId: number): Promise<null> {
  for (const source of imageSources(db, datasetId)) {
    countImages(db, source)
    imageList(db, source)
    if (source.part !== undefined) pictureOrder(db, source)
    await nextTurn()
  }
  return null
}
