import { decode, readHeader } from './decode.ts'
import { readImageFile, sha256, showPath, type FilePath } from './file.ts'

export interface Measurement {
  /** SHA-256 of the whole file, hex. */
  digest: string
  width: number
  height: number
  bytes: number
  /** Milliseconds since 1970, whole. */
  mtime: number
}

/**
 * Digest and size of an image file, for the index. Reads the file once and its header; `decodeFully` also decodes it, so
 * that damage behind the header is found. Errors as `readPicture`.
 */
export async function digestAndMeasure(path: FilePath, decodeFully = false): Promise<Measurement> {
  const { bytes, mtime } = await readImageFile(path)
  const name = showPath(path)
  const { width, height } = decodeFully ? await decode(bytes, name) : await readHeader(bytes, name)
  return { digest: sha256(bytes), width, height, bytes: bytes.length, mtime }
}
