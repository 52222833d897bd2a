import { setTimeout as delay } from 'node:timers/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { locateImage } from '../../datasets/index.ts'
import type { ImagePool } from '../../images/index.ts'
import type { Workspace } from '../../workspace/index.ts'

export type ThumbnailSize = 96 | 192

/** What making thumbnails needs; `isOpen` says whether the workspace still is. */
export interface ThumbnailContext {
  workspace: Workspace
  pool: ImagePool
  isOpen(): boolean
}

/** From the cache of the workspace, or made now and kept. */
export async function thumbnail(
  { workspace, pool, isOpen }: ThumbnailContext,
  imageId: number,
  size: ThumbnailSize,
): Promise<Buffer> {
  const { path, digest } = locateImage(workspace.db, imageId)
  const kept = digest ? workspace.thumbnails.get(digest, size) : undefined
  if (kept) return kept
  const webp = await pool.thumbnail(path, size)
  if (digest && isOpen()) workspace.thumbnails.put(digest, size, webp)
  return webp
}

/** Thumbnails made ahead for one dataset; the others are made when they are looked at. */
const aheadLimit = 5000
const restMs = 5

/** Makes thumbnails of a dataset one by one, with a rest between, until done or the workspace is closed. Unreadable images are passed over. */
export async function makeThumbnails(
  room: ThumbnailContext,
  datasetId: number,
  size: ThumbnailSize,
): Promise<void> {
  const ids = room.workspace.db
    .prepare<[number, number], number>(
      'SELECT id FROM image WHERE dataset_id = ? AND problem IS NULL ORDER BY id LIMIT ?',
    )
    .pluck()
    .all(datasetId, aheadLimit)
  for (const id of ids) {
    if (!room.isOpen()) return
    try {
      await thumbnail(room, id, size)
    } catch (error) {
      if (!(error instanceof KernelscopeError)) throw error
    }
    await delay(restMs)
  }
}
