import { createHash, randomUUID, type Hash } from 'node:crypto'
import { link, open, rename, rm, statfs, unlink, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FarFile } from '#shared/bridge.ts'
import { filePiecePath } from '#shared/bytes.ts'
import { errorShape } from '#shared/contract/common.ts'
import { fetchPiece } from '#shared/fileChunks.ts'
import { fromErrorShape, KernelscopeError } from '#shared/errors.ts'
import { numbered } from './localName.ts'

interface How {
  /** Answers an address of the byte server. */
  ask: (address: string, signal: AbortSignal) => Promise<Response>
  signal: AbortSignal
  /** Bytes that were written by now. */
  progress: (bytes: number) => void
  /** Milliseconds between tries while the engine is not there, and without a byte before a piece is asked for again. */
  waits?: { again: number; silent: number }
}

/** Where a file goes: to a path that was chosen for it, or under its name into a chosen folder, where nothing is replaced. */
export type Target = { file: string } | { folder: string; name: string }

const usual = { again: 1000, silent: 60_000 }
/** Most characters of an error that are read. */
const longestError = 2 ** 16

/**
 * Fetches a file of the engine's machine, which is not trusted: no byte more than was announced is written, and the file gets
 * its name when it is whole and has the announced digest. A lost connection is waited for.
 *
 * @returns the path of the file
 * @throws DISK_FULL, FILE_UNREADABLE where it cannot be written; FILE_CHANGED where it is not what was announced; any code of
 *   the engine; CANCELLED
 */
export async function fetchFile(file: FarFile, target: Target, how: How): Promise<string> {
  const folder = 'file' in target ? path.dirname(target.file) : target.folder
  const draft = path.join(folder, `.kernelscope-${process.pid}-${randomUUID()}.tmp`)
  try {
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < file.bytes) throw full(file.name)
    const handle = await open(draft, 'wx')
    try {
      const hash = createHash('sha256')
      await take(file, handle, hash, how)
      if (hash.digest('hex') !== file.sha256) throw lied(file.name, 'its bytes are not those of its digest')
      await handle.sync()
    } finally {
      await handle.close()
    }
    how.signal.throwIfAborted()
    return await give(draft, target)
  } catch (error) {
    if (how.signal.aborted) throw new KernelscopeError('CANCELLED', `${file.name} was not fetched`)
    throw asWriteError(error, file.name)
  } finally {
    await rm(draft, { force: true })
  }
}

async function take(file: FarFile, handle: FileHandle, hash: Hash, how: How): Promise<void> {
  const { again, silent } = how.waits ?? usual
  let offset = 0
  while (offset < file.bytes) {
    how.signal.throwIfAborted()
    const quiet = new AbortController()
    const signal = AbortSignal.any([how.signal, quiet.signal])
    let timer = setTimeout(() => quiet.abort(), silent)
    const end = Math.min(file.bytes, offset + fetchPiece)
    const begun = offset
    try {
      const answer = await unlessStopped(how.ask(filePiecePath(file.id, offset), signal), signal)
      if (answer.status === 503) throw new Lost()
      if (!answer.ok) throw await problemOf(answer, file.name)
      for await (const bytes of bodyOf(answer, signal)) {
        clearTimeout(timer)
        timer = setTimeout(() => quiet.abort(), silent)
        if (offset + bytes.length > end) throw lied(file.name, 'more bytes came than were announced')
        await handle.writeFile(bytes)
        hash.update(bytes)
        offset += bytes.length
        how.progress(offset)
      }
      if (offset === begun) throw lied(file.name, 'fewer bytes came than were announced')
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      if (offset === begun) await delay(again, undefined, { signal: how.signal })
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The connection was lost: what has come is kept, and the rest is asked for again. */
class Lost extends Error {}

/** @throws Lost where the signal or the other end comes first */
function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Lost())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, stop).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function* bodyOf({ body }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await unlessStopped(reader.read(), signal)
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function problemOf(answer: Response, name: string): Promise<Error> {
  let text = ''
  for await (const bytes of bodyOf(answer, AbortSignal.timeout(10_000))) {
    text += Buffer.from(bytes).toString('utf8')
    if (text.length > longestError) break
  }
  try {
    return fromErrorShape(errorShape.parse(JSON.parse(text)))
  } catch {
    return new KernelscopeError('INTERNAL', `${name} cannot be fetched: the engine answered ${answer.status}`)
  }
}

async function give(draft: string, target: Target): Promise<string> {
  if ('file' in target) {
    await rename(draft, target.file)
    return target.file
  }
  for (let number = 1; ; number++) {
    const file = path.join(target.folder, numbered(target.name, number))
    try {
      await link(draft, file)
      await unlink(draft)
      return file
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

const full = (name: string) => new KernelscopeError('DISK_FULL', `no space left to write ${name}`)
const lied = (name: string, why: string) =>
  new KernelscopeError('FILE_CHANGED', `${name} was not fetched: ${why}`, { hint: 'Fetch it again.' })

function asWriteError(error: unknown, name: string): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return full(name)
  return new KernelscopeError('FILE_UNREADABLE', `cannot write ${name}: ${String(error.code)}`, {
    cause: error,
    hint: 'Choose a folder you may write to.',
  })
}
