import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** A file that looks like an image by its name. `name` is relative to the dataset, with forward slashes. */
export interface FoundFile {
  name: string
  bytes: number
  mtime: number
  /** Set when the file can be named but not used. */
  problem?: string
}

const extensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.bmp', '.avif'])

export const looksLikeImage = (name: string): boolean => extensions.has(extname(name).toLowerCase())

/**
 * Streams the image files below `root`, depth first and each folder sorted by code unit as torchvision's ImageFolder
 * sorts, so that the order is the same on every machine. Memory holds one folder's names at a time. Links are followed; a link
 * back to a folder on the way down is passed over, so a loop ends. Folders named like images are folders.
 */
export async function* scan(root: string): AsyncGenerator<FoundFile> {
  yield* walk(root, '', [await realpath(root)])
}

async function* walk(root: string, below: string, ancestors: string[]): AsyncGenerator<FoundFile> {
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
    yield* visit(root, name, entry, ancestors)
  }
}

async function* visit(
  root: string,
  name: string,
  entry: Dirent,
  ancestors: string[],
): AsyncGenerator<FoundFile> {
  const path = join(root, name)
  if (entry.isDirectory()) {
    yield* walk(root, name, [...ancestors, path])
    return
  }
  if (!entry.isSymbolicLink() && !(entry.isFile() && looksLikeImage(name))) return
  const found = await stat(path).catch(() => null)
  if (!found) {
    if (looksLikeImage(name)) yield { name, bytes: 0, mtime: 0, problem: `the link leads nowhere: ${name}` }
  } else if (found.isDirectory()) {
    const target = await realpath(path)
    if (!ancestors.includes(target)) yield* walk(root, name, [...ancestors, target])
  } else if (found.isFile() && looksLikeImage(name)) {
    yield { name, bytes: found.size, mtime: Math.round(found.mtimeMs) }
  }
}
