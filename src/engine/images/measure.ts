import { parseRowPath, readRow } from './arrays/index.ts'
import { decode, readHeader, type Header } from './decode.ts'
import { readImageFile, sha256, showPath, type ImagePath } from './file.ts'

/**
 * What a file has that is lost on the way to 8-bit RGB: more than 8 bits a channel, an EXIF orientation, an alpha channel.
 */
export type Oddity = 'deep' | 'turned' | 'alpha'

export interface Measurement {
  /** SHA-256, hex: of the whole file; for a row of an array file, of its RGB pixels. */
  digest: string
  width: number
  height: number
  bytes: number
  /** Time of the file's last change, in whole milliseconds since 1970. */
  mtime: number
  /** Left out where there is none. */
  odd?: Oddity[]
}

const oddOf = ({ depth, orientation = 1, hasAlpha }: Header): Oddity[] => [
  ...(depth === 'uchar' ? [] : (['deep'] as const)),
  ...(orientation > 1 ? (['turned'] as const) : []),
  ...(hasAlpha ? (['alpha'] as const) : []),
]

/**
 * Measures digest and size of an image file, for the index. Reads the file once and parses its header. With `decodeFully`
 * it also decodes the pixels, to find damage after the header.
 *
 * @throws the errors of `readPicture`
 */
export async function digestAndMeasure(path: ImagePath, decodeFully = false): Promise<Measurement> {
  const row = typeof path === 'string' ? parseRowPath(path) : null
  if (row) {
    const { picture, mtime } = await readRow(row)
    const { pixels, height, width } = picture
    return { digest: sha256(pixels), width, height, bytes: pixels.length, mtime }
  }
  const { bytes, mtime } = await readImageFile(path)
  const name = showPath(path)
  const header = await readHeader(bytes, name)
  const { width, height } = decodeFully ? await decode(bytes, name) : header
  const odd = oddOf(header)
  const measured = { digest: sha256(bytes), width, height, bytes: bytes.length, mtime }
  return odd.length === 0 ? measured : { ...measured, odd }
}
