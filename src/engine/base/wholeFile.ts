import { constants } from 'node:fs'
import { lstat, mkdir, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { draftBeside, sweepOnce } from './draft.ts'
import { isFull, isOfFileSystem } from './systemError.ts'

/** A file that was written. `bytes` is its size. */
export interface WrittenFile {
  path: string
  bytes: number
}

type Content = string | Uint8Array | Iterable<string> | AsyncIterable<string | Uint8Array>

/** Characters of a text that are written at once. */
const pieceLength = 2 ** 16

/**
 * Writes a file whole or not at all: writes a draft beside it, then renames the draft. Creates the folder where it is
 * missing. A link stays, and its target is replaced. A device or a pipe is written directly. Drafts that killed processes
 * left in the folder are removed.
 *
 * @param content the pieces of a text, or what a stream gives, are written one by one and not held; other work of the
 *   thread runs in between
 * @param signal stops writing; nothing is left of the file
 * @throws DISK_FULL where the disk or the quota is full
 * @throws FILE_UNREADABLE where the file cannot be written for another reason
 * @throws any error of the pieces; the signal's reason
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

/**
 * Returns the path of the regular file, existing or not, that a path leads to; null where it leads to something else.
 */
async function replaceable(path: string): Promise<string | null> {
  const found = await ifThere(lstat(path))
  if (!found) return path
  if (!found.isSymbolicLink()) return found.isFile() ? path : null
  const end = await ifThere(stat(path))
  // A link whose target does not exist yet.
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

function replace(path: string, content: Content, signal?: AbortSignal): Promise<number> {
  sweepOnce(dirname(path))
  return throughDraft(path, async (draft) => {
    await writeFile(draft, inPieces(content), { flush: true, ...(signal ? { signal } : {}) })
    const { size } = await stat(draft)
    signal?.throwIfAborted()
    return size
  })
}

/**
 * Makes a file whole or not at all: calls `write` with the path of a draft beside `path`, then renames the draft.
 * Returns what `write` returns.
 *
 * @throws DISK_FULL where the disk or the quota is full
 * @throws any other error of `write`
 */
export async function throughDraft<T>(path: string, write: (draft: string) => Promise<T>): Promise<T> {
  const draft = draftBeside(path)
  try {
    const made = await write(draft)
    await rename(draft, path)
    return made
  } catch (error) {
    // The first error matters, not that removing the draft failed as well.
    await rm(draft, { force: true }).catch(() => undefined)
    throw asWriteError(error, path)
  }
}

/** Writes into what exists, without flushing: a pipe has no disk. Returns the number of bytes. */
async function writeInto(path: string, content: Content, signal?: AbortSignal): Promise<number> {
  let bytes = 0
  const counted = async function* () {
    for await (const piece of isWhole(content) ? [content] : joined(content)) {
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

/** Joins the pieces of a text into fewer, longer ones. Pieces of bytes stay as they are. */
async function* joined(
  pieces: Iterable<string> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  let waiting = ''
  for await (const piece of pieces) {
    if (typeof piece !== 'string') {
      yield piece
      continue
    }
    waiting += piece
    if (waiting.length < pieceLength) continue
    yield waiting
    waiting = ''
  }
  yield waiting
}

function whyNotWritten(path: string, cause: NodeJS.ErrnoException): unknown {
  if (isFull(cause)) return asWriteError(cause, path)
  const hint = cause.code === 'ENAMETOOLONG' ? 'Choose a shorter name.' : 'Choose a folder you may write to.'
  return new KernelscopeError('FILE_UNREADABLE', `cannot write ${path}`, { cause, hint })
}

/**
 * Turns an error of writing `path` into DISK_FULL where the disk or the quota is full; returns any other error
 * unchanged.
 */
export const asWriteError = (cause: unknown, path: string): unknown =>
  isFull(cause) ? new KernelscopeError('DISK_FULL', `no space left to write ${path}`, { cause }) : cause
