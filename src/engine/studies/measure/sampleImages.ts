import { generator } from '#shared/random.ts'
import type { Db } from '../../workspace/index.ts'
import { imageChunks, type ImageSource, type StudyImage } from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** Images read and sorted before other work of the thread goes on. */
export const samplePage = 2000

/**
 * Samples `count` images: the first in a random order that depends on the seed and their digests only. Holds
 * at most one page and `count` images at a time.
 *
 * @param pages images in order of their ids
 */
export async function firstSampled<T extends { id: number; digest: string }>(
  pages: Iterable<readonly T[]>,
  count: number,
  seed: number,
): Promise<T[]> {
  let best: { image: T; order: number }[] = []
  for (const page of pages) {
    const last = best.length < count ? Infinity : (best.at(-1)?.order ?? Infinity)
    const nearer = page
      .map((image) => ({ image, order: generator('images', seed, image.digest).uniform() }))
      .filter(({ order }) => order <= last)
    best = [...best, ...nearer].sort((a, b) => a.order - b.order || a.image.id - b.image.id).slice(0, count)
    await nextTurn()
  }
  return best.map(({ image }) => image)
}

/** Samples images of a source, as `firstSampled`. */
export const sampleStudyImages = (
  db: Db,
  source: ImageSource,
  count: number,
  seed: number,
): Promise<StudyImage[]> => firstSampled(imageChunks(db, source, samplePage), count, seed)
