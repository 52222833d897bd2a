import { KernelscopeError } from '#shared/errors.ts'
import { fillFrom } from '../../base/fillFrom.ts'
import { withUserFile } from '../../base/userFile.ts'
import type { StoredTensor } from '../checkpoint.ts'
import { refuseFor } from '../containers/refuse.ts'
import { zipEntries } from '../containers/zip.ts'

/** Bytes of a piece; a multiple of every element's size. */
const pieceBytes = 2 ** 22

/**
 * Reads the bytes of a stored tensor from its first element to the end of its last one, piece by piece. Each piece is the start of a
 * buffer of its own and has whole elements.
 *
 * @throws FILE_CHANGED where the file has become shorter
 * @throws FILE_MISSING, FILE_UNREADABLE like `openUserFile`
 * @throws MODEL_MALFORMED where a compressed entry is damaged
 */
export async function* bytesOfTensor(
  tensor: Pick<StoredTensor, 'name' | 'file' | 'entry' | 'offset' | 'length'>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const whole = new Pieces(tensor)
  const source = tensor.entry === null ? plain(tensor, whole) : inflated(tensor, tensor.entry, whole)
  yield* source
  if (!whole.done) throw shorter(tensor)
}

type Range = Pick<StoredTensor, 'name' | 'file' | 'offset' | 'length'>

const shorter = ({ file, name }: Range) =>
  new KernelscopeError('FILE_CHANGED', `${file} has become shorter (tensor ${name})`)

async function* plain(
  { file: path, offset }: Range,
  pieces: Pieces,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // The file is opened for each piece, because a generator that is left must not leave it open.
  let at = offset
  while (!pieces.done) {
    const piece = pieces.next()
    const bytesRead = await withUserFile(path, (file) => fillFrom(file, piece, at))
    if (bytesRead < piece.length) return
    at += piece.length
    pieces.took(piece.length)
    yield piece
  }
}

async function* inflated(
  { file: path, offset }: Range,
  name: string,
  pieces: Pieces,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const refuse = refuseFor(path)
  const done: Uint8Array<ArrayBuffer>[] = []
  // Inflated whole: what is left of the stream after its last piece is read too, so that its length is checked.
  await withUserFile(path, async (file) => {
    const entry = (await zipEntries(file, (await file.stat()).size, refuse)).get(name)
    if (!entry) throw refuse.malformed(`the zip has no ${name} any more`)
    let skip = offset
    let piece = pieces.next()
    let filled = 0
    for await (const chunk of await entry.stream()) {
      if (!Buffer.isBuffer(chunk)) continue
      let rest = chunk.subarray(Math.min(skip, chunk.length))
      skip -= chunk.length - rest.length
      while (rest.length > 0 && !pieces.done) {
        const taken = rest.subarray(0, piece.length - filled)
        piece.set(taken, filled)
        filled += taken.length
        rest = rest.subarray(taken.length)
        if (filled < piece.length) continue
        pieces.took(filled)
        done.push(piece)
        filled = 0
        if (!pieces.done) piece = pieces.next()
      }
    }
  }).catch((error: unknown) => {
    throw error instanceof KernelscopeError ? error : refuse.malformed(`${name} in the zip is damaged`, error)
  })
  yield* done
}

/** How far a tensor was read. */
class Pieces {
  #left: number

  constructor({ length }: Range) {
    this.#left = length
  }

  get done(): boolean {
    return this.#left <= 0
  }

  next(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Math.min(pieceBytes, this.#left))
  }

  took(bytes: number): void {
    this.#left -= bytes
  }
}
