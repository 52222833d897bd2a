import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/** A file that was written, with its size in bytes. */
export interface WrittenFile {
  path: string
  bytes: number
}

/** Characters of a text that are written at a time. */
const pieceLength = 2 ** 16

/**
 * Writes a file so that it is there whole or not at all: into a neighbour first, which then takes its name. The folder
 * is made where it is missing.
 *
 * @param content pieces of a text are written as they come, with turns of the thread between; none of it is held
 * @param signal stops writing; nothing is left of the file
 * @throws DISK_FULL or FILE_UNREADABLE, naming the file; what the pieces throw, and the signal's reason
 */
export async function writeWhole(
  directory: string,
  name: string,
  content: string | Uint8Array | Iterable<string>,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const path = join(directory, name)
  const draft = join(directory, `.${name}.${randomUUID()}.tmp`)
  try {
    await mkdir(directory, { recursive: true })
    const data = typeof content === 'string' || content instanceof Uint8Array ? content : joined(content)
    await writeFile(draft, data, { flush: true, ...(signal ? { signal } : {}) })
    const { size } = await stat(draft)
    signal?.throwIfAborted()
    await rename(draft, path)
    return { path, bytes: size }
  } catch (cause) {
    // Why it failed is worth more than that tidying up failed as well.
    await rm(draft, { force: true }).catch(() => undefined)
    signal?.throwIfAborted()
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    // What is no fault of the file system has its own reason.
    if (cause instanceof KernelscopeError || typeof code !== 'string') throw cause
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    const hint = full ? {} : { hint: 'Choose a folder you may write to.' }
    throw new KernelscopeError(full ? 'DISK_FULL' : 'FILE_UNREADABLE', `cannot write ${path}`, {
      cause,
      ...hint,
    })
  }
}

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
