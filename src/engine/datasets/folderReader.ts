import { opendir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { looksLikeArchive } from '#shared/archiveFiles.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { asReadError } from '../base/userFile.ts'
import { statOf } from '../base/statOf.ts'

/** Names of the entries of a folder. `images` and `videos` may be incomplete: they only show which files there are. */
export interface Listing {
  /** Names of subfolders, sorted by code unit. */
  folders: string[]
  images: string[]
  videos: number
  files: string[]
}

/** Lists the folders of a dataset by names alone, each folder once. A subfolder that cannot be read is empty. */
export interface FolderReader {
  root: string
  /** Name of the root folder. */
  name: string
  at(below?: string): Promise<Listing>
  /** Path of a file below the root. The file may lie in an archive (`engine/archives`), or not be there. */
  pathOf(name: string): string
}

const fewFiles = 2000

export const looksLikeVideo = (name: string): boolean => /\.(mp4|mkv|avi|webm)$/i.test(name)

export function readerOf(root: string): FolderReader {
  const seen = new Map<string, Promise<Listing>>()
  return {
    root,
    name: basename(root),
    pathOf: (name) => join(root, name),
    at(below = '') {
      // What kind a dataset is can be told without a subfolder that cannot be read.
      const known = seen.get(below) ?? (below === '' ? list(root) : list(join(root, below)).catch(unread))
      seen.set(below, known)
      return known
    },
  }
}

export const nothing = (): Listing => ({ folders: [], images: [], videos: 0, files: [] })

function unread(error: unknown): Listing {
  if (error instanceof KernelscopeError && error.code.startsWith('FILE_')) return nothing()
  throw error
}

/**
 * Lists a folder.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 */
async function list(path: string): Promise<Listing> {
  try {
    return await listed(path)
  } catch (error) {
    throw asReadError(error, path)
  }
}

async function listed(path: string): Promise<Listing> {
  const listing = nothing()
  for await (const entry of await opendir(path)) {
    if (entry.name.startsWith('.')) continue
    const isFolder =
      entry.isDirectory() ||
      (entry.isSymbolicLink() && statOf(join(path, entry.name))?.isDirectory() === true)
    // A folder of such a name cannot be opened by it.
    if (isFolder && entry.name.includes('\uFFFD')) continue
    if (isFolder) listing.folders.push(entry.name)
    else if (looksLikeVideo(entry.name)) listing.videos++
    else if (!looksLikeImage(entry.name)) {
      if (listing.files.length < fewFiles || looksLikeArchive(entry.name)) listing.files.push(entry.name)
    } else if (listing.images.length < fewFiles) listing.images.push(entry.name)
  }
  listing.folders.sort()
  return listing
}

/** Names of the subfolders of these folders, without duplicates, sorted by code unit. */
export async function foldersIn(reader: FolderReader, folders: readonly string[]): Promise<string[]> {
  const names = new Set<string>()
  for (const folder of folders) for (const name of (await reader.at(folder)).folders) names.add(name)
  return [...names].sort()
}
