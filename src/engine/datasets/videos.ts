import { readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { readFileAt } from '../archives/index.ts'
import { statOf } from '../base/statOf.ts'
import { membersOf, type Member } from './archived/find.ts'
import { looksLikeVideo, readerOf } from './folderReader.ts'

/** A video of a dataset. */
export interface Video {
  /** Path of its frames below their folder. */
  name: string
  /** Gives the path of a file with the video; one of an archive is written into `folder` first. */
  fileIn(folder: string): Promise<string>
}

/** Name of the file that a video of an archive is written into. */
export const unpackedVideo = 'video'

/**
 * Yields the videos of a folder, or of the archives that `root` is or holds, in the order of their names.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where the folder or an archive cannot be read
 */
export async function* videosOf(root: string): AsyncGenerator<Video> {
  const { members } = await membersOf(readerOf(root))
  if (members.length === 0) yield* videosBelow(root, '')
  for (const member of members) yield* videosIn(member)
}

async function* videosBelow(root: string, below: string): AsyncGenerator<Video> {
  const entries = await readdir(join(root, below), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    const file = resolve(root, name)
    if (entry.isDirectory()) yield* videosBelow(root, name)
    else if (looksLikeVideo(entry.name) && statOf(file)?.isFile() === true)
      yield { name, fileIn: () => Promise.resolve(file) }
  }
}

function* videosIn({ prefix, archive }: Member): Generator<Video> {
  for (const { name, place } of archive.entries())
    if (place && looksLikeVideo(name))
      yield {
        // The frames are written below a folder, and these signs lead out of one on Windows.
        name: `${prefix}${name}`.replaceAll(/[\\:]/g, '_'),
        async fileIn(folder) {
          const file = join(folder, unpackedVideo)
          // Nothing comes of an empty file, so a damaged video is one that is unreadable.
          await writeFile(file, await readFileAt(join(archive.file, name)).catch(ofDamaged))
          return file
        },
      }
}

function ofDamaged(error: unknown): Buffer {
  if (error instanceof KernelscopeError && error.code === 'IMAGE_UNREADABLE') return Buffer.alloc(0)
  throw error
}
