import Database from 'better-sqlite3'
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MergePart } from '#shared/contract/index.ts'
import { throughDraft } from '../../base/wholeFile.ts'

/**
 * Adds the files of drawn masks, and pictures that conditions name, in a folder to those in another one. Their names say what they were drawn for. A file that is there
 * already gets the masks of images that it lacks.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where a file cannot be written
 */
export async function mergeMasks(from: string, to: string): Promise<MergePart> {
  const part: MergePart = { name: 'masks', added: 0, there: 0, remarks: [] }
  const names = existsSync(from)
    ? readdirSync(from).filter((name) => /^\w+\.(json|sqlite|ice)$/.test(name))
    : []
  mkdirSync(to, { recursive: true })
  for (const name of names) {
    const target = join(to, name)
    if (!existsSync(target)) {
      await throughDraft(target, async (draft) => copyFileSync(join(from, name), draft))
      part.added++
    } else if (name.endsWith('.sqlite') && addMasks(target, join(from, name)) > 0) part.added++
    else part.there++
  }
  return part
}

/** Returns how many masks were added. Those of another frame are not of the same draw, and stay out. */
function addMasks(file: string, other: string): number {
  const db = new Database(file)
  try {
    db.prepare('ATTACH ? AS other').run(other)
    const same = db
      .prepare('SELECT 1 FROM main.frame JOIN other.frame USING (patch, height, width, by_class)')
      .get()
    return same ? db.prepare('INSERT OR IGNORE INTO main.mask SELECT * FROM other.mask').run().changes : 0
  } finally {
    db.close()
  }
}
