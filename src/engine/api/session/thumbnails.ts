import { setTimeout as delay } from 'node:timers/promises'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { Log } from '../../base/log.ts'
import { locateImage } from '../../datasets/index.ts'
import type { ImagePool } from '../../images/index.ts'
import type { Workspace } from '../../workspace/index.ts'

/** Pixels of the longer side. */
export type ThumbnailSize = 96 | 192

/** What making thumbnails needs. `isOpen` says whether the workspace is still open. */
export interface ThumbnailContext {
  workspace: Workspace
  pool: ImagePool
  isOpen(): boolean
}

/**
 * Returns the thumbnail of an image as WebP: from the workspace, or made now and stored there.
 *
 * @param signal ends the wait for its turn
 * @throws IMAGE_NOT_FOUND where the image does not exist
 * @throws CANCELLED where the signal is aborted before it is made
 */
export async function thumbnail(
  { workspace, pool, isOpen }: ThumbnailContext,
  imageId: number,
  size: ThumbnailSize,
  signal?: AbortSignal,
): Promise<Buffer> {
  const { path, digest } = locateImage(workspace.db, imageId)
  const kept = digest ? workspace.thumbnails.get(digest, size) : undefined
  if (kept) return kept
  const webp = await pool.thumbnail(path, size, signal)
  if (digest && isOpen()) workspace.thumbnails.put(digest, size, webp)
  return webp
}

/** Thumbnails made ahead for one dataset; the others are made when they are shown. */
const aheadLimit = 5000
const restMs = 5

/**
 * Makes thumbnails of a dataset's first 5000 images one by one, with 5 ms between two, until the workspace is closed.
 * Skips images that cannot be read.
 */
async function makeThumbnails(
  context: ThumbnailContext,
  datasetId: number,
  size: ThumbnailSize,
): Promise<void> {
  const ids = context.workspace.db
    .prepare<[number, number], number>(
      'SELECT id FROM image WHERE dataset_id = ? AND problem IS NULL ORDER BY id LIMIT ?',
    )
    .pluck()
    .all(datasetId, aheadLimit)
  for (const id of ids) {
    if (!context.isOpen()) return
    try {
      await thumbnail(context, id, size)
    } catch (error) {
      if (!(error instanceof KernelscopeError)) throw error
    }
    await delay(restMs)
  }
}

/**
 * Makes thumbnails in the background. Errors are only logged, since missing thumbnails are made when they are shown.
 */
export function thumbnailsAhead(context: ThumbnailContext, datasetId: number, log: Log): void {
  makeThumbnails(context, datasetId, 192).catch((error: unknown) =>
    log.write('warning', 'thumbnails were not made ahead', toErrorShape(error)),
  )
}
