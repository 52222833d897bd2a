import { stat } from 'node:fs/promises'
import { parseRowPath, rowsOf } from './arrays/index.ts'

export interface ImageState {
  /** Of the file, or of the pixels of a row. */
  bytes: number
  /** Milliseconds since 1970, whole. */
  mtime: number
}

/** Size and time stamp of an image now, as the index has them; null where it is gone or is no image any more. */
export async function imageState(path: string): Promise<ImageState | null> {
  const row = parseRowPath(path)
  const found = await stat(row?.file ?? path).catch(() => null)
  if (!found?.isFile()) return null
  const mtime = Math.round(found.mtimeMs)
  if (row === null) return { bytes: found.size, mtime }
  const rows = await rowsOf(row.file).catch(() => null)
  return rows && { bytes: rows.height * rows.width * 3, mtime }
}
