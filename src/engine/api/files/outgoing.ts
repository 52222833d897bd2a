import { createHash, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { fetchPiece } from '#shared/fileChunks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { asReadError, piecesOf, withUserFile } from '../../base/userFile.ts'
import { wholePath } from './wholePath.ts'

interface Offer {
  path: string
  bytes: number
  modified: number
}

/** Offers that are kept; the oldest is forgotten for a new one. */
const mostOffers = 256

/** Files that may be fetched from this machine: what was written for it, and the exports of the workspace. */
export class Outgoing {
  readonly #offers = new Map<string, Offer>()
  #outbox: string | null = null
  #next = 1

  /** The contract's `outbox`. */
  async place(name: string): Promise<{ path: string }> {
    this.#outbox ??= await realpath(temporaryFolder('outbox'))
    const folder = join(this.#outbox, String(this.#next++))
    await mkdir(folder, { mode: 0o700 })
    return { path: join(folder, basename(name).replace(/[\0/\\]/g, '-') || 'file') }
  }

  /**
   * The contract's `offer`.
   *
   * @param exports folder of the exports of the open workspace; null without one
   */
  async offer(given: string, exports: string | null) {
    const path = await real(wholePath(given))
    const allowed = [this.#outbox, exports && (await real(exports).catch(() => null))]
    if (!allowed.some((folder) => folder !== null && path.startsWith(folder + sep)))
      throw new KernelscopeError('UNSUPPORTED', `${given} is no export`, {
        hint: 'Only what was exported is fetched. Copy other files with scp or rsync.',
      })
    const { size, mtimeMs } = await stat(path)
    const hash = createHash('sha256')
    for await (const piece of piecesOf(path)) hash.update(piece)
    const id = randomUUID()
    this.#offers.set(id, { path, bytes: size, modified: mtimeMs })
    for (const old of [...this.#offers.keys()].slice(0, -mostOffers)) this.#offers.delete(old)
    return { id, name: basename(path), bytes: size, sha256: hash.digest('hex') }
  }

  /**
   * A piece of an offered file, of `fetchPiece` bytes but at its end.
   *
   * @throws FILE_MISSING where it is not offered; FILE_CHANGED where it was changed since
   */
  async piece(id: string, offset: number): Promise<Uint8Array> {
    const offer = this.#offers.get(id)
    if (!offer) throw new KernelscopeError('FILE_MISSING', 'no such offer', { hint: 'Ask for it again.' })
    return withUserFile(offer.path, async (file) => {
      const { size, mtimeMs } = await file.stat()
      if (size !== offer.bytes || mtimeMs !== offer.modified)
        throw new KernelscopeError('FILE_CHANGED', `${offer.path} was changed while it was fetched`, {
          hint: 'Fetch it again.',
        })
      const bytes = Buffer.alloc(Math.max(0, Math.min(fetchPiece, size - offset)))
      let done = 0
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    })
  }

  /** Removes what was written only to be fetched. */
  close(): void {
    this.#offers.clear()
    if (this.#outbox !== null) rmSync(this.#outbox, { recursive: true, force: true })
    this.#outbox = null
  }
}

async function real(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    throw asReadError(error, path)
  }
}
