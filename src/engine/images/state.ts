import { fileState, type FileState } from '../archives/index.ts'
import { parseRowPath, rowsKnown } from './arrays/index.ts'

/**
 * Current size (of the file, of the file in an archive, or of the pixels of a row) and time of an image, in the form of the
 * index; null where it is missing or is not an image.
 */
export async function imageState(path: string): Promise<FileState | null> {
  const row = parseRowPath(path)
  const found = await fileState(row?.file ?? path)
  if (!found || row === null) return found
  const rows = await rowsKnown(row.file).catch(() => null)
  return rows && { bytes: rows.height * rows.width * 3, mtime: found.mtime }
}
