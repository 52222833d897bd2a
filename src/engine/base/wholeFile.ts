import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/** A file that was written, with its size in bytes. */
export interface WrittenFile {
  path: string
  bytes: number
}

type Content = string | Uint8Array | Iterable<string>

/** Characters of a text that are written at a time. */
const pieceLength = 2 ** 16

/**
 * Writes a file so that it is there whole or not at all: into a neighbour first, which then takes its name. The folder
 * is made where it is missing. Of a link, what it leads to is replaced, and the link stays; what is no plain file, as a
 * device or a pipe, is written straight into.
 *
 * @param content pieces of a text are written as they come, with turns of the thread between; none of it is held
 * @param signal stops writing; nothing is left of the file
 * @throws DISK_FULL or FILE_UNREADABLE, naming the file; what the pieces throw, and the signal's reason
 */
export async function writeWhole(path: string, content: Content, signal?: AbortSignal): Promise<WrittenFile> {
  try {
    await mkdir(dirname(path), { recursive: true })
    const target = await replaceable(path)
    const bytes = await (target === null
      ? writeInto(path, content, signal)
      : replace(target, content, signal))
    return { path, bytes }
  } catch (cause) {
    signal?.throwIfAborted()
    throw isOfFileSystem(cause) ? whyNotWritten(path, cause) : cause
  }
}

/** The plain file, there or not yet, that a path leads to; null where it leads to something else. */
async function replaceable(path: string): Promise<string | null> {
  const found = await ifThere(lstat(path))
  if (!found) return path
  if (!found.isSymbolicLink()) return found.isFile() ? path : null
  const end = await ifThere(stat(path))
  // A link to what is not there yet.
  if (!end) return replaceable(resolve(dirname(path), await readlink(path)))
  return end.isFile() ? realpath(path) : null
}

async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isOfFileSystem(error) && error.code === 'ENOENT') return null
    throw error
  }
}

const replace = (path: string, content: Content, signal?: AbortSignal): Promise<number> =>
  throughDraft(path, async (draft) => {
    await writeFile(draft, inPieces(content), { flush: true, ...(signal ? { signal } : {}) })
    const { size } = await stat(draft)
    signal?.throwIfAborted()
    return size
  })

/**
 * Has a file made beside `path`, which then takes its name: it is there whole or not at all. Gives what `write` gives.
 *
 * @throws DISK_FULL, naming `path`; whatever else `write` throws
 */
export async function throughDraft<T>(path: string, write: (draft: string) => Promise<T>): Promise<T> {
  const draft = join(dirname(path), `.${randomUUID()}.tmp`)
  try {
    const made = await write(draft)
    await rename(draft, path)
    return made
  } catch (error) {
    // Why it failed is worth more than that tidying up failed as well.
    await rm(draft, { force: true }).catch(() => undefined)
    throw asWriteError(error, path)
  }
}

/** Nothing is made, and nothing flushed: a pipe has no disk. */
async function writeInto(path: string, content: Content, signal?: AbortSignal): Promise<number> {
  let bytes = 0
  const counted = function* () {
    for (const piece of isWhole(content) ? [content] : joined(content)) {
      bytes += Buffer.byteLength(piece)
      yield piece
    }
  }
  await writeFile(path, counted(), { flag: constants.O_WRONLY, ...(signal ? { signal } : {}) })
  return bytes
}

const isWhole = (content: Content): content is string | Uint8Array =>
  typeof content === 'string' || content instanceof Uint8Array

const inPieces = (content: Content) => (isWhole(content) ? content : joined(content))

/** The same text in fewer pieces. */
function* joined(pieces: Iterable<string>): Generator<string> {
  let waiting = ''
  for (const piece of pieces) {
    waiting += piece
    if (waiting.length < pieceLength) continue
    yield waiting
    waiting = ''
  }
  yield waiting
}

/** SQLite's errors have a code as well, but no call of the system. */
const isOfFileSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error

function whyNotWritten(path: string, cause: NodeJS.ErrnoException): unknown {
  if (isFull(cause)) return asWriteError(cause, path)
  const hint = cause.code === 'ENAMETOOLONG' ? 'Choose a shorter name.' : 'Choose a folder you may write to.'
  return new KernelscopeError('FILE_UNREADABLE', `cannot write ${path}`, { cause, hint })
}

const isFull = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')

/** What went wrong in writing `path`: DISK_FULL for a full disk or quota, otherwise the cause itself. */
export const asWriteError = (cause: unknown, path: string): unknown =>
  isFull(cause) ? new KernelscopeError('DISK_FULL', `no space left to write ${path}`, { cause }) : cause
