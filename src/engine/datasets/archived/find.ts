import { basename, join } from 'node:path'
import { looksLikeArchive } from '#shared/archiveFiles.ts'
import { openArchive, type Archive } from '../../archives/index.ts'
import { statOf } from '../../base/statOf.ts'
import { requireFolder } from '../../base/userFile.ts'
import type { FolderReader, Listing } from '../folderReader.ts'

/** An archive of a dataset. */
export interface Member {
  /** What the names of its images begin with in the index: '' where the archive is the dataset, else `noise.tar/`. */
  prefix: string
  archive: Archive
}

/** The archives of a dataset, and remarks on those that are left out. */
export interface Members {
  members: Member[]
  remarks: readonly string[]
}

/** Whether a path is that of an archive that is read in place. */
export const isArchive = (path: string): boolean =>
  looksLikeArchive(basename(path)) && statOf(path)?.isFile() === true

/**
 * Refuses what is neither a folder nor an archive that is read in place.
 *
 * @throws FILE_MISSING where there is neither
 * @throws FILE_UNREADABLE where the system cannot tell
 */
export function requireDataset(path: string): void {
  if (!isArchive(path)) requireFolder(path)
}

/**
 * The archives that a dataset consists of: the archive itself, or those of a folder that holds archives and no images, as
 * it was downloaded. They may lie one folder below, as in `data/train-00000.parquet`. None for an ordinary folder.
 *
 * @throws FILE_UNREADABLE where an archive cannot be read
 */
export async function membersOf(reader: FolderReader): Promise<Members> {
  const { root } = reader
  if (isArchive(root)) return { members: [{ prefix: '', archive: await openArchive(root) }], remarks: [] }
  const all = await archivesIn(reader)
  const { names, remarks } = heldOut(all)
  const members: Member[] = []
  for (const name of names) members.push({ prefix: `${name}/`, archive: await openArchive(join(root, name)) })
  return { members, remarks }
}

/** Splits of a dataset by the names of its archives, in the order in which they are preferred. */
const splits: readonly RegExp[] = [/(^|[-_.])(val|valid|validation)[-_.]/i, /(^|[-_.])test[-_.]/i]

/** Where archives of training images lie beside those of validation or test images, only the latter are used. */
function heldOut(all: readonly string[]): { names: readonly string[]; remarks: string[] } {
  const isTraining = (name: string) => /(^|[-_.])train[-_.]/i.test(basename(name))
  const names = splits
    .map((split) => all.filter((name) => split.test(basename(name))))
    .find(({ length }) => length > 0)
  if (names === undefined || names.length === all.length || !all.some(isTraining))
    return { names: all, remarks: [] }
  return {
    names,
    remarks: [
      `${all.length - names.length} archives of other images, such as training images, are there too and left out: benchmarks use ${names[0]}${names.length > 1 ? ' …' : ''}.`,
    ],
  }
}

async function archivesIn(reader: FolderReader): Promise<string[]> {
  const top = await reader.at()
  if (hasImages(top)) return []
  const own = top.files.filter(looksLikeArchive)
  // The devkit of ILSVRC2012 may be unpacked beside the archive of its images.
  const folders = top.folders.filter((name) => !/devkit/i.test(name))
  if (own.length > 0) return folders.length === 0 ? own.sort() : []
  const [only] = folders
  if (only === undefined || folders.length > 1) return []
  const below = await reader.at(only)
  if (hasImages(below) || below.folders.length > 0) return []
  return below.files
    .filter(looksLikeArchive)
    .sort()
    .map((name) => `${only}/${name}`)
}

const hasImages = ({ images, videos, files }: Listing): boolean =>
  images.length > 0 || videos > 0 || files.some((name) => /\.(npy|bin)$/.test(name))
