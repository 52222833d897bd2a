import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isLink, type Workspace } from '../workspace/index.ts'

/** Folders of the workspace that hold what was made of datasets, a folder for each by its id. */
const folders = ['frames', 'archives']

/** Deletes extracted frames and unpacked archives of datasets that are not in the workspace any more. */
export async function removeLostFiles({ path, db }: Workspace): Promise<void> {
  const known = new Set(db.prepare<[], number>('SELECT id FROM dataset').pluck().all().map(String))
  for (const folder of folders.map((name) => join(path, name))) {
    // What a link leads to is not the workspace's.
    if (isLink(folder) || !existsSync(folder)) continue
    for (const name of await readdir(folder))
      if (!known.has(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
