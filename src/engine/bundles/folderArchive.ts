import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { piecesOf, readUserFile } from '../base/userFile.ts'
import { refuseFor, type Archive } from './reader.ts'

/** Reads the files of a folder of our own as those of an archive; folders in it are left out. */
export async function folderArchive(folder: string): Promise<Archive> {
  const entries = new Map<string, number>()
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile()) entries.set(entry.name, (await stat(join(folder, entry.name))).size)
  return {
    entries,
    refuse: refuseFor(folder),
    read: (name) => readUserFile(join(folder, name)),
    async each(name, take) {
      const hash = createHash('sha256')
      for await (const piece of piecesOf(join(folder, name))) {
        hash.update(piece)
        await take(piece)
      }
      return hash.digest('hex')
    },
    close: () => undefined,
  }
}
