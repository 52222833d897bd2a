import { opendir } from 'node:fs/promises'
import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { looksLikeImage } from '#shared/imageFiles.ts'

/** Names of the entries of a folder. `images` and `videos` may be incomplete: they only show which files there are. */
export interface Listing {
  /** Names of subfolders, sorted by code unit. */
  folders: string[]
  images: string[]
  videos: number
  files: string[]
}

/** Lists the folders of a dataset by names alone, each folder once. */
export interface FolderReader {
  root: string
  /** Name of the root folder. */
  name: string
  at(below?: string): Promise<Listing>
}

const fewFiles = 2000

export const looksLikeVideo = (name: string): boolean => /\.(mp4|mkv|avi|webm)$/i.test(name)

export function readerOf(root: string): FolderReader {
  const seen = new Map<string, Promise<Listing>>()
  return {
    root,
    name: basename(root),
    at(below = '') {
      const known = seen.get(below) ?? list(join(root, below))
      seen.set(below, known)
      return known
    },
  }
}

async function list(path: string): Promise<Listing> {
  const listing: Listing = { folders: [], images: [], videos: 0, files: [] }
  for await (const entry of await opendir(path)) {
    if (entry.name.startsWith('.')) continue
    const isFolder =
      entry.isDirectory() ||
      (entry.isSymbolicLink() && statSync(join(path, entry.name), { throwIfNoEntry: false })?.isDirectory())
    if (isFolder) listing.folders.push(entry.name)
    else if (looksLikeVideo(entry.name)) listing.videos++
    else if (!looksLikeImage(entry.name)) {
      if (listing.files.length < fewFiles) listing.files.push(entry.name)
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
