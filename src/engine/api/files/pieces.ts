import { createHash } from 'node:crypto'
import { uploadPiece } from '#shared/fileChunks.ts'
import { piecesOf } from '../../base/userFile.ts'

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** The digest of an upload: the sha256, in hexadecimal digits, of the sha256s of its pieces. */
export function digestOfBytes(content: Uint8Array): string {
  const whole = createHash('sha256')
  for (let at = 0; at < content.length; at += uploadPiece)
    whole.update(sha256(content.subarray(at, at + uploadPiece)))
  return whole.digest('hex')
}

/**
 * The digest of the first bytes of a file.
 *
 * @param bytes how many; whole pieces, or all of the file
 * @throws FILE_MISSING, FILE_UNREADABLE as the system says
 */
export async function digestOfPieces(path: string, bytes: number): Promise<string> {
  const whole = createHash('sha256')
  let rest = bytes
  let piece = createHash('sha256')
  let filled = 0
  for await (const read of piecesOf(path, uploadPiece)) {
    // A read may end within a piece.
    for (let at = 0; at < read.length && rest > 0;) {
      const part = read.subarray(at, at + Math.min(uploadPiece - filled, rest))
      piece.update(part)
      at += part.length
      rest -= part.length
      filled += part.length
      if (filled < uploadPiece && rest > 0) continue
      whole.update(piece.digest())
      piece = createHash('sha256')
      filled = 0
    }
    if (rest === 0) break
  }
  return whole.digest('hex')
}
