import { statSync, type Dirent, type Stats } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { nextTurn } from '../base/nextTurn.ts'

/** A file with the name of an image. `name` is relative to the dataset, with forward slashes. */
export interface FoundFile {
  name: string
  bytes: number
  mtime: number
  /** Why the file cannot be used. */
  problem?: string
}

/**
 * Yields the image files below `root`, depth first. Each folder is sorted by code unit like in torchvision's ImageFolder,
 * so that the order is the same on every machine. Only the names of the open folders are in memory. Links are followed,
 * except links to a parent folder, which would be loops. A folder with the name of an image is a folder.
 */
export async function* scan(root: string): AsyncGenerator<FoundFile> {
  yield* walk({ root, since: performance.now() }, '', [await realpath(root)])
}

/** Milliseconds of work before other tasks of the thread may run. */
const slice = 15

/**
 * State of a scan. `stat` is called synchronously, which is many times faster than the thread pool. `since` is the start
 * of the current slice of work.
 */
interface ScanState {
  root: string
  since: number
}

async function* walk(state: ScanState, below: string, ancestors: string[]): AsyncGenerator<FoundFile> {
  const { root } = state
  const entries = await readdir(join(root, below), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (name.includes('\uFFFD')) {
      if (looksLikeImage(name))
        yield { name, bytes: 0, mtime: 0, problem: `the file name is not valid UTF-8: ${name}` }
      continue
    }
    if (performance.now() - state.since > slice) {
      await nextTurn()
      state.since = performance.now()
    }
    // Most entries are plain files. They are handled here, because a generator for each would be slow.
    if (entry.isFile()) {
      const file = looksLikeImage(name) ? fileAt(root, name) : null
      if (file) yield file
    } else yield* visit(state, name, entry, ancestors)
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    // A link without a target, or a file that was just deleted.
    return null
  }
}

function fileAt(root: string, name: string): FoundFile | null {
  const found = statOf(join(root, name))
  return found?.isFile() ? { name, bytes: found.size, mtime: Math.round(found.mtimeMs) } : null
}

async function* visit(
  state: ScanState,
  name: string,
  entry: Dirent,
  ancestors: string[],
): AsyncGenerator<FoundFile> {
  const { root } = state
  const path = join(root, name)
  if (entry.isDirectory()) {
    yield* walk(state, name, [...ancestors, path])
    return
  }
  if (!entry.isSymbolicLink()) return
  const found = statOf(path)
  if (!found) {
    if (looksLikeImage(name)) yield { name, bytes: 0, mtime: 0, problem: `the link has no target: ${name}` }
  } else if (found.isDirectory()) {
    const target = await realpath(path)
    if (!ancestors.includes(target)) yield* walk(state, name, [...ancestors, target])
  } else if (looksLikeImage(name)) {
    const file = fileAt(root, name)
    if (file) yield file
  }
}
