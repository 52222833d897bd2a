import { generator } from '#shared/random.ts'
import type { Db } from '../../workspace/index.ts'
import { imageChunks, type ImageSource, type StudyImage } from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** Images read and ordered before other work of the thread has its turn. */
export const drawPage = 2000

/**
 * The first `count` images in an order drawn from the seed and their digests. No more than a page and `count` of them are
 * held at a time, however many there are.
 *
 * @param pages images in order of their ids
 */
export async function firstDrawn<T extends { id: number; digest: string }>(
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

/** As `firstDrawn`, of the images of a source. */
export const drawImages = (db: Db, source: ImageSource, count: number, seed: number): Promise<StudyImage[]> =>
  firstDrawn(imageChunks(db, source, drawPage), count, seed)
