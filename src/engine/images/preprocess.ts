import { KernelscopeError } from '#shared/errors.ts'
import { parseRowPath, readRow } from './arrays/index.ts'
import { decode } from './decode.ts'
import { readImageFile, sha256, showPath, type ImagePath } from './file.ts'
import { applyGeometry, type Geometry } from './geometry.ts'
import type { Picture } from './picture.ts'

/**
 * Reads an image file, or a row of an array file, as 8-bit RGB at its own size.
 *
 * @param digest what the SHA-256 of the file, or of the row's pixels, must be; left out = anything
 * @throws FILE_CHANGED where it is not the digest
 * @throws the errors of `readImageFile`, `decode` and `readRow`
 */
export async function readPicture(path: ImagePath, digest?: string): Promise<Picture> {
  const check = (bytes: Uint8Array) => {
    if (digest !== undefined && sha256(bytes) !== digest)
      throw new KernelscopeError(
        'FILE_CHANGED',
        `the image is not the one that was indexed: ${showPath(path)}`,
        { hint: 'Index the dataset again.' },
      )
  }
  const row = typeof path === 'string' ? parseRowPath(path) : null
  if (row) {
    const { picture } = await readRow(row)
    check(picture.pixels)
    return picture
  }
  const { bytes } = await readImageFile(path)
  check(bytes)
  return decode(bytes, showPath(path))
}

/**
 * Reads an image as 8-bit RGB [height, width, 3] at the model's input size, before normalisation.
 *
 * @throws the errors of `readPicture`
 */
export async function preprocess(path: ImagePath, geometry: Geometry): Promise<Picture> {
  return applyGeometry(await readPicture(path), geometry)
}
