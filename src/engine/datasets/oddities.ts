import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { imageRoot } from '../facts/index.ts'
import type { ImagePool, Oddity } from '../images/index.ts'
import type { Db } from '../workspace/index.ts'

/** Most images that are looked at. */
const most = 50

const words: Record<Oddity, string> = {
  deep: "have more than 8 bits a channel: grey is clipped at 255 and colours lose their low byte, as by Pillow's convert('RGB')",
  turned: 'are turned by an EXIF orientation, which is ignored, as by torchvision',
  alpha: "have an alpha channel, which is dropped, as by Pillow's convert('RGB')",
}

/**
 * Remarks on images of which something is lost when they are read as 8-bit RGB, from up to 50 images of a dataset that lie
 * evenly in it. An image that cannot be read any more is left out.
 */
export async function oddityRemarks(
  db: Db,
  pool: Pick<ImagePool, 'digestAndMeasure'>,
  datasetId: number,
): Promise<string[]> {
  const root = imageRoot(db, datasetId)
  const found = await Promise.all(
    namesIn(db, datasetId).map((name) =>
      pool.digestAndMeasure(join(root, name)).catch((error: unknown) => {
        if (error instanceof KernelscopeError) return null
        throw error
      }),
    ),
  )
  const looked = found.filter((one) => one !== null)
  return (['deep', 'turned', 'alpha'] as const).flatMap((oddity) => {
    const n = looked.filter(({ odd }) => odd?.includes(oddity)).length
    return n === 0 ? [] : [`${n} of the ${looked.length} images looked at ${words[oddity]}.`]
  })
}

/** Names of images that lie evenly in the dataset. */
function namesIn(db: Db, datasetId: number): string[] {
  const range = db
    .prepare<[number], { first: number | null; last: number | null }>(
      'SELECT min(id) AS first, max(id) AS last FROM image WHERE dataset_id = ?',
    )
    .get(datasetId)
  if (range?.first == null || range.last == null) return []
  const { first, last } = range
  const next = db
    .prepare<[number, number], string>(
      'SELECT name FROM image WHERE dataset_id = ? AND example_id IS NOT NULL AND id >= ? ORDER BY id LIMIT 1',
    )
    .pluck()
  const step = (last - first + 1) / most
  const names = Array.from({ length: most }, (_, at) => next.get(datasetId, Math.floor(first + at * step)))
  return [...new Set(names.filter((name) => name !== undefined))]
}
