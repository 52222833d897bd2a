import { parseRowPath, readRow } from './arrays/index.ts'
import { decode } from './decode.ts'
import { readImageFile, showPath, type FilePath } from './file.ts'
import { applyGeometry, type Geometry } from './geometry.ts'
import type { Picture } from './picture.ts'

/** The image file, or a row of an array file, as 8-bit RGB at its own size. Errors as `readImageFile` and `decode`. */
export async function readPicture(path: FilePath): Promise<Picture> {
  const row = typeof path === 'string' ? parseRowPath(path) : null
  if (row) return (await readRow(row)).picture
  const { bytes } = await readImageFile(path)
  return decode(bytes, showPath(path))
}

/** What the model is shown, before normalisation: [height, width, 3] bytes at its input size. Errors as `readPicture`. */
export async function preprocess(path: FilePath, geometry: Geometry): Promise<Picture> {
  return applyGeometry(await readPicture(path), geometry)
}
