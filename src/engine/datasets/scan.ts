import { statSync, type Dirent, type Stats } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { nextTurn } from '../base/nextTurn.ts'

/** A file that looks like an image by its name. `name` is relative to the dataset, with forward slashes. */
export interface FoundFile {
  name: string
  bytes: number
  mtime: number
  /** Set when the file can be named but not used. */
  problem?: string
}

/**
 * Streams the image files below `root`, depth first and each folder sorted by code unit as torchvision's ImageFolder
 * sorts, so that the order is the same on every machine. Memory holds one folder's names at a time. Links are followed; a link
 * back to a folder on the way down is passed over, so a loop ends. Folders named like images are folders.
 */
export async function* scan(root: string): AsyncGenerator<FoundFile> {
  yield* walk({ root, since: performance.now() }, '', [await realpath(root)])
}

/** Milliseconds that files are looked at in one go before other work of the thread has its turn. */
const slice = 15

/**
 * `stat` is called synchronously, many times faster than through the thread pool; `since` keeps the thread from being
 * held for longer than a slice.
 */
interface Walk {
  root: string
  since: number
}

async function* walk(walking: Walk, below: string, ancestors: string[]): AsyncGenerator<FoundFile> {
  const { root } = walking
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
    if (performance.now() - walking.since > slice) {
      await nextTurn()
      walking.since = performance.now()
    }
    // Most entries are plain files: they must not cost a generator each.
    if (entry.isFile()) {
      const file = looksLikeImage(name) ? fileAt(root, name) : null
      if (file) yield file
    } else yield* visit(walking, name, entry, ancestors)
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    // A link that leads nowhere, or a file that has just gone.
    return null
  }
}

function fileAt(root: string, name: string): FoundFile | null {
  const found = statOf(join(root, name))
  return found?.isFile() ? { name, bytes: found.size, mtime: Math.round(found.mtimeMs) } : null
}

async function* visit(
  walking: Walk,
  name: string,
  entry: Dirent,
  ancestors: string[],
): AsyncGenerator<FoundFile> {
  const { root } = walking
  const path = join(root, name)
  if (entry.isDirectory()) {
    yield* walk(walking, name, [...ancestors, path])
    return
  }
  if (!entry.isSymbolicLink()) return
  const found = statOf(path)
  if (!found) {
    if (looksLikeImage(name)) yield { name, bytes: 0, mtime: 0, problem: `the link leads nowhere: ${name}` }
  } else if (found.isDirectory()) {
    const target = await realpath(path)
    if (!ancestors.includes(target)) yield* walk(walking, name, [...ancestors, target])
  } else if (looksLikeImage(name)) {
    const file = fileAt(root, name)
    if (file) yield file
  }
}
