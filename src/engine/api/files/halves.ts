import { createHash } from 'node:crypto'
import { constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { uploadPiece } from '#shared/fileChunks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isOfFileSystem } from '../../base/systemError.ts'

/** How long half an upload is kept that nobody goes on with, in milliseconds: a laptop sleeps over a weekend. */
export const keptMs = 3 * 24 * 60 * 60 * 1000

const form = /^\.kernelscope-upload-[0-9a-f]{40}\.part$/

/** The file that holds half an upload: beside the file that it becomes, and the same after a restart of the engine. */
export function halfOf(upload: { path: string; bytes: number; modified: number }): string {
  const { path, bytes, modified } = upload
  const key = createHash('sha256').update(JSON.stringify([path, bytes, modified]))
  return join(dirname(path), `.kernelscope-upload-${key.digest('hex').slice(0, 40)}.part`)
}

/**
 * Opens half an upload, or begins it. Its pieces were written in their order, so all of its whole ones are there; whether they
 * are the right ones is for the digest to say.
 *
 * @throws FILE_EXISTS where another user could have put it there, or could change it: its name can be foretold
 */
export async function openHalf(half: string, bytes: number): Promise<{ file: FileHandle; received: number }> {
  const { O_CREAT, O_RDWR, O_NOFOLLOW = 0 } = constants
  const file = await open(half, O_CREAT | O_RDWR | O_NOFOLLOW)
  const found = await file.stat()
  const { size, uid, nlink } = found
  if (!found.isFile() || uid !== (process.getuid?.() ?? uid) || nlink !== 1) {
    await file.close()
    throw new KernelscopeError('FILE_EXISTS', `there is something else at ${half}`)
  }
  if (size > bytes) await file.truncate(0)
  return { file, received: size > bytes ? 0 : size === bytes ? bytes : size - (size % uploadPiece) }
}

/** The list of this user's half uploads, in any folder. */
export const usualList = (env = process.env): string =>
  join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'kernelscope', 'uploads')

/** Notes half an upload in the list, and removes those of the list that were left too long ago. */
export function noteHalf(list: string, half: string, now = Date.now()): void {
  const kept = listed(list).filter((other) => {
    const changed = statSync(other, { throwIfNoEntry: false })?.mtimeMs
    if (changed === undefined || other === half) return false
    if (now - changed > keptMs) rmSync(other, { force: true })
    return now - changed <= keptMs
  })
  mkdirSync(dirname(list), { recursive: true })
  writeFileSync(list, [...kept, half].map(line).join(''))
}

const line = (path: string): string => `${JSON.stringify(path)}\n`

function listed(list: string): string[] {
  try {
    return readFileSync(list, 'utf8').split('\n').flatMap(pathIn)
  } catch (error) {
    if (isOfFileSystem(error) && error.code === 'ENOENT') return []
    throw error
  }
}

/** The path in a line; none where it is not one of ours, so that nothing else is ever removed. */
function pathIn(text: string): string[] {
  try {
    const path: unknown = JSON.parse(text)
    return typeof path === 'string' && form.test(basename(path)) ? [path] : []
  } catch {
    return []
  }
}
