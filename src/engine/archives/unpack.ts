import { mkdir, utimes } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KernelscopeError } from '#shared/errors.ts'
import { sweepDrafts } from '../base/draft.ts'
import { withNewFile } from '../base/newFile.ts'
import { asReadError, piecesOf, withUserFile } from '../base/userFile.ts'
import { isFull } from '../base/systemError.ts'
import { throughDraft } from '../base/wholeFile.ts'

/** Sizes of a packed tar in bytes. */
export interface PackedSize {
  packed: number
  /** Unpacked, as the end of the file says it: exact below 4 GiB, else the least size that fits. */
  unpacked: number
  /** Time of its last change in whole milliseconds since 1970. */
  mtime: number
}

/** The end of a gzip file says the unpacked size only up to multiples of this. */
const modulus = 2 ** 32
/** Unpacked bytes per packed byte that no tar of images has. */
const mostRatio = 20

/**
 * Reads how large a tar packed by gzip is.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where there is no such file, or it is not packed by gzip
 */
export const packedSize = (path: string): Promise<PackedSize> =>
  withUserFile(path, async (file) => {
    const { size: packed, mtimeMs } = await file.stat()
    const [start, end] = [Buffer.alloc(2), Buffer.alloc(4)]
    await file.read(start, 0, 2, 0)
    await file.read(end, 0, 4, Math.max(0, packed - 4))
    if (start.toString('hex') !== '1f8b' || packed < 20)
      throw new KernelscopeError('FILE_UNREADABLE', `${path} is not packed by gzip`)
    const said = end.readUInt32LE()
    // Packing makes a file longer by at most a few bytes in 65,536.
    const missing = Math.max(0, packed * 0.999 - 1024 - said)
    return { packed, unpacked: said + modulus * Math.ceil(missing / modulus), mtime: Math.round(mtimeMs) }
  })

/**
 * Unpacks a tar into a file, whole or not at all. The file gets the time of the packed one.
 *
 * @param report gets the packed bytes that are done
 * @throws FILE_UNREADABLE where it is damaged, or larger than it says
 * @throws DISK_FULL where there is no room
 * @throws the reason of the signal
 */
export async function unpackTar(
  path: string,
  target: string,
  { packed, unpacked, mtime }: PackedSize,
  { signal, report }: { signal: AbortSignal; report: (done: number) => void },
): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  sweepDrafts(dirname(target))
  const most = Math.max(unpacked, mostRatio * packed)
  await throughDraft(target, async (draft) => {
    await withNewFile(draft, async (file) => {
      try {
        const out = file.createWriteStream({ flush: true })
        await pipeline(counted(piecesOf(path), report), createGunzip(), atMost(most, path), out, { signal })
      } catch (error) {
        signal.throwIfAborted()
        // Of the target, which is named by who knows it.
        if (isFull(error)) throw error
        throw damaged(error) ? refuse(path, 'is damaged or cut off', error) : asReadError(error, path)
      }
    })
    await utimes(draft, new Date(), new Date(mtime))
  })
}

const damaged = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')

const refuse = (path: string, what: string, cause?: unknown): KernelscopeError =>
  new KernelscopeError(
    'FILE_UNREADABLE',
    `${basename(path)} ${what}; nothing of it was kept`,
    cause === undefined ? {} : { cause },
  )

async function* counted(
  pieces: AsyncIterable<Buffer>,
  report: (done: number) => void,
): AsyncGenerator<Buffer> {
  let done = 0
  for await (const piece of pieces) {
    yield piece
    report((done += piece.length))
  }
}

/** Passes pieces on until they are more than said. */
const atMost = (most: number, path: string) =>
  async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0
    for await (const piece of pieces) {
      bytes += piece.length
      if (bytes > most) throw refuse(path, `unpacks to more than the ${most} bytes that were expected of it`)
      yield piece
    }
  }
