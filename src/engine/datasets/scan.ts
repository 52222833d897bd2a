import { statSync, type Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { nextTurn } from '../base/nextTurn.ts'
import { asReadError } from '../base/userFile.ts'
import { statOf } from '../base/statOf.ts'

/** A file with the name of an image. `name` is relative to the dataset, with forward slashes. */
export interface FoundFile {
  name: string
  bytes: number
  mtime: number
  /** Why the file cannot be used. */
  problem?: string
}

/** Options of `scan`. */
export interface ScanOptions {
  /** Ends the scan. */
  signal?: AbortSignal
  /** Called for a folder whose images are left out, with its name and the reason. */
  leftOut?(name: string, reason: string): void
  /** Called for a file that has not the name of an image. */
  otherFile?(name: string): void
}

/**
 * Yields the image files below `root`, depth first. Each folder is sorted by code unit like in torchvision's ImageFolder,
 * so that the order is the same on every machine. Only the names of the open folders are in memory. A folder with the name
 * of an image is a folder.
 *
 * Links are followed, except to a folder that they lie in. A link inside a folder that was itself reached by a link is
 * followed only the first time that it leads to a folder, because folders that link to each other have more paths than
 * can be listed. A folder that cannot be read is left out.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where the root cannot be read
 */
export async function* scan(root: string, options: ScanOptions = {}): AsyncGenerator<FoundFile> {
  const state: ScanState = { root, options, since: performance.now(), reached: new Set() }
  try {
    yield* walk(state, '', { keys: [keyOf(root)], linked: false })
  } catch (error) {
    throw asReadError(error, root)
  }
}

/** Milliseconds of work before other tasks of the thread may run. */
const slice = 15

/** Most folders within one another. */
const deepest = 100

/**
 * State of a scan. `stat` is called synchronously, which is many times faster than the thread pool. `since` is the start
 * of the current slice of work.
 */
interface ScanState {
  root: string
  options: ScanOptions
  since: number
  /** Folders that were reached by a link inside a linked folder. */
  reached: Set<string>
}

/** Where a scan is: the folders that it is in, and whether one of them was reached by a link. */
interface Place {
  keys: readonly string[]
  linked: boolean
}

async function* walk(state: ScanState, below: string, place: Place): AsyncGenerator<FoundFile> {
  const { root, options } = state
  for (const entry of await entriesOf(state, below)) {
    if (options.signal?.aborted) return
    if (entry.name.startsWith('.')) continue
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (name.includes('\uFFFD')) {
      if (looksLikeImage(name))
        yield { name, bytes: 0, mtime: 0, problem: `the file name is not valid UTF-8: ${name}` }
      else if (!entry.isFile()) options.leftOut?.(name, 'has a name that is not valid UTF-8')
      continue
    }
    if (performance.now() - state.since > slice) {
      await nextTurn()
      state.since = performance.now()
    }
    // Most entries are plain files. They are handled here, because a generator for each would be slow.
    if (entry.isFile()) {
      const image = looksLikeImage(name)
      const file = image ? fileAt(root, name) : null
      if (file) yield file
      if (!image) options.otherFile?.(name)
    } else yield* visit(state, name, entry, place)
  }
}

/**
 * The entries of a folder by code unit; none where it cannot be read.
 *
 * @throws the error of the system where it is the root
 */
async function entriesOf({ root, options }: ScanState, below: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(join(root, below), { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (below === '' || !(error instanceof Error && 'code' in error)) throw error
    options.leftOut?.(below, `cannot be read (${String(error.code)})`)
    return []
  }
}

const keyOf = (path: string): string => {
  const { dev, ino } = statSync(path, { bigint: true })
  return `${dev}:${ino}`
}

function fileAt(root: string, name: string): FoundFile | null {
  const found = statOf(join(root, name))
  return found?.isFile() ? { name, bytes: found.size, mtime: Math.round(found.mtimeMs) } : null
}

async function* visit(
  state: ScanState,
  name: string,
  entry: Dirent,
  { keys, linked }: Place,
): AsyncGenerator<FoundFile> {
  const path = join(state.root, name)
  const link = entry.isSymbolicLink()
  if (!link && !entry.isDirectory()) return
  const found = statOf(path)
  if (!found) {
    if (link && looksLikeImage(name))
      yield { name, bytes: 0, mtime: 0, problem: `the link has no target: ${name}` }
    return
  }
  if (!found.isDirectory()) {
    const file = looksLikeImage(name) ? fileAt(state.root, name) : null
    if (file) yield file
    return
  }
  const key = keyOf(path)
  const leftOut = (reason: string) => state.options.leftOut?.(name, reason)
  if (keys.includes(key)) return
  if (keys.length > deepest) return leftOut(`is more than ${deepest} folders deep`)
  if (link && linked) {
    if (state.reached.has(key)) return leftOut('is a link to a folder that other links lead to')
    state.reached.add(key)
  }
  yield* walk(state, name, { keys: [...keys, key], linked: linked || link })
}
