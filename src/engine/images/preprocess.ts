import { parseRowPath, readRow } from './arrays/index.ts'
import { decode } from './decode.ts'
import { readImageFile, showPath, type FilePath } from './file.ts'
import { applyGeometry, type Geometry } from './geometry.ts'
import type { Picture } from './picture.ts'

/**
 * Reads an image file, or a row of an array file, as 8-bit RGB at its own size.
 *
 * @throws the errors of `readImageFile`, `decode` and `readRow`
 */
export async function readPicture(path: FilePath): Promise<Picture> {
  const row = typeof path === 'string' ? parseRowPath(path) : null
  if (row) return (await readRow(row)).picture
  const { bytes } = await readImageFile(path)
  return decode(bytes, showPath(path))
}

/**
 * Reads an image as 8-bit RGB [height, width, 3] at the model's input size, before normalisation.
 *
 * @throws the errors of `readPicture`
 */
export async function preprocess(path: FilePath, geometry: Geometry): Promise<Picture> {
  return applyGeometry(await readPicture(path), geometry)
}
