import { uploadPiece } from '#shared/fileChunks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { engine, toKernelscopeError } from '../engine/index.ts'
import { base64, PieceDigests } from './digest.ts'
import type { LocalFile } from './localFiles.ts'

interface How {
  /** Folder of the engine's machine. */
  folder: string
  signal: AbortSignal
  /** Bytes of the file that the engine has by now. */
  progress: (bytes: number) => void
}

/** Pieces that are on their way at once, so that a long way does not slow it down. */
const onTheWay = 6
/** Waits before it is tried again after the connection was lost, in milliseconds. */
const waitsMs = [500, 1000, 2000, 5000]

/** The engine has the beginning of another file: it is begun anew. */
class OutOfStep extends Error {}

/**
 * Uploads a file of this computer. It goes on by itself after a lost connection, where the engine left off.
 *
 * @returns the path of the file on the engine's machine
 * @throws FILE_EXISTS where there is something else of that name; DISK_FULL, FILE_UNREADABLE as the engine says; CANCELLED
 */
export async function uploadFile({ name, file }: LocalFile, how: How): Promise<string> {
  const digests = new PieceDigests()
  for (let tries = 0; ;) {
    how.signal.throwIfAborted()
    try {
      return file.size <= uploadPiece
        ? await inOne(name, file, digests, how)
        : await inPieces(name, file, digests, how, () => (tries = 0))
    } catch (thrown) {
      how.signal.throwIfAborted()
      const { code } = toKernelscopeError(thrown)
      const again = thrown instanceof OutOfStep || code === 'ENGINE_DOWN' || code === 'FILE_MISSING'
      if (!again || (code === 'FILE_MISSING' && tries > 3)) throw thrown
      await rest(waitsMs[Math.min(tries++, waitsMs.length - 1)] ?? 0, how.signal)
    }
  }
}

async function inOne(name: string, file: File, digests: PieceDigests, { folder, signal, progress }: How) {
  const piece = await read(file, 0)
  if (digests.length === 0 && piece.length > 0) await digests.add(piece)
  const digest = await digests.of(digests.length)
  const { path } = await engine.files.upload.small({ folder, name, data: base64(piece), digest }, { signal })
  progress(piece.length)
  return path
}

async function inPieces(
  name: string,
  file: File,
  digests: PieceDigests,
  { folder, signal, progress }: How,
  went: () => void,
): Promise<string> {
  const asked = { folder, name, bytes: file.size, modified: file.lastModified }
  const count = Math.ceil(file.size / uploadPiece)
  const { id, path, received, digest } = await engine.files.upload.begin(asked, { signal })
  const first = Math.ceil(received / uploadPiece)
  while (digests.length < first) {
    signal.throwIfAborted()
    await digests.add(await read(file, digests.length))
  }
  const same = (await digests.of(first)) === digest
  if (id === null && same) {
    progress(file.size)
    return path
  }
  if (id === null) throw new KernelscopeError('FILE_EXISTS', `${name} is there already, with other bytes`)
  if (!same) {
    await engine.files.upload.drop({ id }, { signal })
    throw new OutOfStep('the part that was uploaded is of another file')
  }

  const stop = () => void engine.files.upload.drop({ id }).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    let has = first * uploadPiece
    progress(has)
    const sent: Promise<void>[] = []
    for (let at = first; at < count; at++) {
      signal.throwIfAborted()
      const piece = await read(file, at)
      if (digests.length === at) await digests.add(piece)
      const answer = engine.files.upload
        .piece({ id, offset: at * uploadPiece, data: base64(piece) }, { signal })
        .then(() => {
          progress((has += piece.length))
          went()
        })
      // One that fails ends the loop below; the others behind it need no word.
      answer.catch(() => undefined)
      sent.push(answer)
      if (sent.length >= onTheWay) await sent.shift()
    }
    await Promise.all(sent)
    return (await engine.files.upload.finish({ id, digest: await digests.of(count) }, { signal })).path
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** @throws FILE_UNREADABLE where the file was changed, removed or closed to us since it was given */
async function read(file: File, at: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.slice(at * uploadPiece, (at + 1) * uploadPiece).arrayBuffer())
  } catch (cause) {
    throw new KernelscopeError('FILE_UNREADABLE', `cannot read ${file.name} on this computer`, {
      cause,
      hint: 'It was changed or moved since it was given. Give it again.',
    })
  }
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
