import { stat } from 'node:fs/promises'
import { parseRowPath, rowsOf } from './arrays/index.ts'

export interface ImageState {
  /** Bytes of the file, or of the pixels of a row. */
  bytes: number
  /** Time of the file's last change, in whole milliseconds since 1970. */
  mtime: number
}

/** Current size and time of an image, in the form of the index; null where the file is missing or is not an image. */
export async function imageState(path: string): Promise<ImageState | null> {
  const row = parseRowPath(path)
  const found = await stat(row?.file ?? path).catch(() => null)
  if (!found?.isFile()) return null
  const mtime = Math.round(found.mtimeMs)
  if (row === null) return { bytes: found.size, mtime }
  const rows = await rowsOf(row.file).catch(() => null)
  return rows && { bytes: rows.height * rows.width * 3, mtime }
}
