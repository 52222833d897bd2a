import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { mkdir, open, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { uploadPiece } from '#shared/fileChunks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { draftBeside, sweepOnce } from '../../base/draft.ts'
import { asSystemError, isOfFileSystem } from '../../base/systemError.ts'
import { digestOfBytes, digestOfPieces } from './pieces.ts'
import { becomes } from './becomes.ts'
import { halfOf, keptMs, noteHalf, openHalf, usualList } from './halves.ts'
import { wholePath } from './wholePath.ts'

interface Upload {
  path: string
  draft: string
  bytes: number
  modified: number
  file: FileHandle
  /** Bytes from the beginning on that have come, and are in the draft. */
  received: number
  /** Pieces behind them, by their offset, until they are written in turn: the way here does not keep the order of requests. */
  ahead: Map<number, Buffer>
  /** Settles when what was asked of the upload before is done: pieces are written one after another. */
  turn: Promise<unknown>
  /** Time of the last request, in milliseconds since 1970. */
  touched: number
}

/** Open uploads, and pieces of one that have come before their turn. */
const limits = { open: 64, ahead: 16 }

/** Files that are being uploaded to this machine: drafts beside the files that they become, which outlive the engine. */
export class Uploads {
  readonly #open = new Map<string, Upload>()
  readonly #list: string

  /** @param list file that names the drafts */
  constructor(list = usualList()) {
    this.#list = list
  }

  /** The contract's `upload.begin`. */
  async begin(asked: { folder: string; name: string; bytes: number; modified: number }) {
    const path = join(wholePath(asked.folder), asked.name)
    return system(path, async () => {
      const there = await found(path)
      if (there) {
        if (!there.isFile() || there.size !== asked.bytes) throw exists(path)
        return { id: null, path, received: there.size, digest: await digestOfPieces(path, there.size) }
      }
      const known = [...this.#open].find(
        ([, upload]) =>
          upload.path === path && upload.bytes === asked.bytes && upload.modified === asked.modified,
      )
      const [id, upload] = known ?? (await this.#start(path, asked))
      return this.#inTurn(upload, async () => ({
        id,
        path,
        received: upload.received,
        digest: await digestOfPieces(upload.draft, upload.received),
      }))
    })
  }

  async #start(path: string, { bytes, modified }: { bytes: number; modified: number }) {
    await this.#tidy()
    if (this.#open.size >= limits.open)
      throw new KernelscopeError('UNSUPPORTED', `more than ${limits.open} uploads are open`, {
        hint: 'Wait for some of them, or give them up.',
      })
    const folder = dirname(path)
    await mkdir(folder, { recursive: true })
    sweepOnce(folder)
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < bytes)
      throw new KernelscopeError('DISK_FULL', `no space left for ${path}: it has ${bytes} bytes`, {
        hint: 'Choose a folder on another disk, or free some space.',
      })
    const draft = halfOf({ path, bytes, modified })
    noteHalf(this.#list, draft)
    const { file, received } = await openHalf(draft, bytes)
    const upload: Upload = {
      ...{ path, draft, bytes, modified, file, received, ahead: new Map<number, Buffer>() },
      ...{ turn: Promise.resolve(), touched: Date.now() },
    }
    const id = randomUUID()
    this.#open.set(id, upload)
    return [id, upload] as const
  }

  /** The contract's `upload.piece`. */
  async piece(id: string, offset: number, data: string) {
    const upload = this.#known(id)
    const piece = Buffer.from(data, 'base64')
    return this.#inTurn(upload, async () => {
      const length = Math.max(0, Math.min(uploadPiece, upload.bytes - offset))
      if (offset % uploadPiece !== 0 || piece.length !== length)
        throw new KernelscopeError('USAGE', `invalid data: ${piece.length} bytes where ${length} belong`)
      if (offset < upload.received || upload.ahead.has(offset)) return { received: upload.received }
      if (offset > upload.received && upload.ahead.size >= limits.ahead)
        throw new KernelscopeError('USAGE', `more than ${limits.ahead} pieces came before their turn`)
      upload.ahead.set(offset, piece)
      await system(upload.path, () => this.#write(upload))
      return { received: upload.received }
    })
  }

  /** Writes the pieces whose turn it is. In their order, so that the size of a draft says what has come. */
  async #write(upload: Upload): Promise<void> {
    const { ahead, file } = upload
    for (let next = ahead.get(upload.received); next; next = ahead.get(upload.received)) {
      ahead.delete(upload.received)
      await writeAll(file, next, upload.received)
      upload.received += next.length
    }
  }

  /** The contract's `upload.finish`. The digest is that of what the disk holds. */
  async finish(id: string, digest: string) {
    const upload = this.#known(id)
    return this.#inTurn(upload, async () => {
      const { path, draft, bytes, received, file } = upload
      if (received !== bytes)
        throw new KernelscopeError('USAGE', `${path} is not whole: ${received} of ${bytes} bytes have come`)
      return system(path, async () => {
        await file.sync()
        if ((await digestOfPieces(draft, bytes)) !== digest) {
          await this.#remove(id)
          throw changed(path)
        }
        await becomes(draft, path)
        await this.#remove(id)
        return { path, bytes }
      })
    })
  }

  /** The contract's `upload.small`. */
  async small(asked: { folder: string; name: string; data: string; digest: string }) {
    const path = join(wholePath(asked.folder), asked.name)
    const content = Buffer.from(asked.data, 'base64')
    const bytes = content.length
    if (bytes > uploadPiece) throw new KernelscopeError('USAGE', 'invalid data: more than one piece')
    if (digestOfBytes(content) !== asked.digest) throw changed(path)
    return system(path, async () => {
      const there = await found(path)
      if (there) {
        const same =
          there.isFile() && there.size === bytes && (await digestOfPieces(path, bytes)) === asked.digest
        if (!same) throw exists(path)
        return { path, bytes, kept: true }
      }
      await mkdir(dirname(path), { recursive: true })
      sweepOnce(dirname(path))
      const draft = draftBeside(path)
      try {
        await using file = await open(draft, 'wx')
        await writeAll(file, content, 0)
        await becomes(draft, path)
      } finally {
        await rm(draft, { force: true })
      }
      return { path, bytes, kept: false }
    })
  }

  async drop(id: string): Promise<void> {
    const upload = this.#open.get(id)
    if (upload) await this.#inTurn(upload, () => this.#remove(id))
  }

  /** Ends all uploads. What has come of them is kept, so that they can go on with the next engine. */
  async close(): Promise<void> {
    const all = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(all.map((upload) => this.#inTurn(upload, () => upload.file.close())))
  }

  async #tidy(): Promise<void> {
    const now = Date.now()
    for (const [id, { touched }] of this.#open) if (now - touched > keptMs) await this.drop(id)
  }

  #known(id: string): Upload {
    const upload = this.#open.get(id)
    if (upload) return upload
    throw new KernelscopeError('FILE_MISSING', `no such upload: ${id}`, { hint: 'Begin it again.' })
  }

  async #remove(id: string): Promise<void> {
    const upload = this.#open.get(id)
    this.#open.delete(id)
    await upload?.file.close()
    if (upload) await rm(upload.draft, { force: true })
  }

  #inTurn<T>(upload: Upload, work: () => Promise<T>): Promise<T> {
    upload.touched = Date.now()
    const done = upload.turn.then(work)
    upload.turn = done.catch(() => undefined)
    return done
  }
}

async function writeAll(file: FileHandle, content: Buffer, offset: number): Promise<void> {
  let done = 0
  while (done < content.length)
    done += (await file.write(content, done, content.length - done, offset + done)).bytesWritten
}

async function system<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asSystemError(error, path)
  }
}

/** What is at a path; null where nothing is. */
async function found(path: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (error) {
    if (isOfFileSystem(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
}

const exists = (path: string) =>
  new KernelscopeError('FILE_EXISTS', `there is something else at ${path} already`)
const changed = (path: string) =>
  new KernelscopeError('FILE_CHANGED', `what came of ${path} is not what was sent`, {
    hint: 'Upload it again; nothing of it was kept.',
  })
