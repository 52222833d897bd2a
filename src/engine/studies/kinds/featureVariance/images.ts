import type { Db } from '../../../workspace/index.ts'
import { imageChunks, type ImageSource, type StudyImage } from '../../../facts/index.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import type { VarianceParams } from './params.ts'

/** The images of a study: drawn by seed, or the first in the order of the dataset. */
export async function varianceImages(
  db: Db,
  source: ImageSource,
  { images, choice, seed }: VarianceParams,
): Promise<StudyImage[]> {
  if (choice === 'drawn') return sampleStudyImages(db, source, images, seed)
  return imageChunks(db, source, images).next().value ?? []
}

/** The images that are averaged together: batches in the order of the images, the last one may have fewer. */
export function batchesOf(
  images: readonly StudyImage[],
  { batch }: Pick<VarianceParams, 'batch'>,
): StudyImage[][] {
  const size = batch ?? images.length
  return Array.from({ length: Math.ceil(images.length / Math.max(1, size)) }, (_, at) =>
    images.slice(at * size, (at + 1) * size),
  )
}
