import { inArchive } from '../archives/index.ts'
import { parseRowPath } from './arrays/index.ts'

/** The file on disk that holds an image, and where in it; null where the file is the image. */
export function imageFile(path: string): { file: string; inside: string | null } {
  const packed = inArchive(path)
  if (packed && packed.inside !== '') return packed
  const row = parseRowPath(path)
  return row
    ? { file: row.file, inside: path.slice(row.file.length + 1).replaceAll('\\', '/') }
    : { file: path, inside: null }
}
