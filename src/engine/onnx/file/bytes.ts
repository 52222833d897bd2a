import { KernelscopeError } from '#shared/errors.ts'
import { fillFrom } from '../../base/fillFrom.ts'
import { withUserFile } from '../../base/userFile.ts'
import type { Tensor } from '../graph.ts'

/** Bytes of a file that are read at once. */
const pieceBytes = 4 * 1024 * 1024

/**
 * The elements of a tensor as dense little-endian bytes, piece by piece. A piece has whole elements and is valid
 * until the next one is asked for.
 *
 * @throws FILE_MISSING where its file can no longer be read
 * @throws FILE_CHANGED where its file has become shorter
 * @throws the errors of making it from others
 */
export async function* piecesOfTensor({
  name,
  data,
}: Pick<Tensor, 'name' | 'data'>): AsyncGenerator<Uint8Array, void, undefined> {
  if (data.kind === 'inline') yield data.bytes
  else if (data.kind === 'made') yield* data.pieces()
  else {
    const buffer = new Uint8Array(Math.min(pieceBytes, data.length))
    for (let done = 0; done < data.length;) {
      const wanted = Math.min(buffer.length, data.length - done)
      const at = data.offset + done
      const piece = buffer.subarray(0, wanted)
      const bytesRead = await withUserFile(data.path, (file) => fillFrom(file, piece, at))
      if (bytesRead < wanted)
        throw new KernelscopeError('FILE_CHANGED', `${data.path} has become shorter (tensor ${name})`)
      yield piece
      done += wanted
    }
  }
}

/** All elements of a tensor as dense little-endian bytes. Throws like `piecesOfTensor`. */
export async function collected(tensor: Tensor): Promise<Uint8Array> {
  if (tensor.data.kind === 'inline') return tensor.data.bytes
  const result = new Uint8Array(tensor.data.length)
  let done = 0
  for await (const piece of piecesOfTensor(tensor)) {
    result.set(piece, done)
    done += piece.length
  }
  return result
}
