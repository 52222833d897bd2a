import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import type { Db } from './database.ts'

/**
 * A file of a workspace that is being moved: the folder that stored paths inside the workspace begin with. It is removed once
 * they were corrected, so a move that is interrupted after any step is finished when the workspace is opened.
 */
const fileName = 'workspace.moved'

/** Notes in a workspace's folder where it was, unless that is noted already. */
export function leaveOrigin(folder: string, origin = resolve(folder)): void {
  const file = join(folder, fileName)
  if (!existsSync(file)) writeFileSync(file, origin, { flag: 'wx' })
}

/** Corrects the stored paths inside a workspace whose folder was moved to `path`. */
export function arriveAt(db: Db, path: string): void {
  const file = join(path, fileName)
  // The folder may come from someone else: no link is followed.
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return
  const origin = readFileSync(file, 'utf8')
  // Otherwise the move did not take place.
  if (origin !== path) rebasePaths(db, origin, path)
  rmSync(file)
}

/** Columns with paths that may lie inside the workspace, e.g. of frames of videos. */
const columns = [
  ['model', 'path'],
  ['dataset', 'path'],
  ['dataset', 'labels_path'],
  ['dataset', 'frames_path'],
] as const

function rebasePaths(db: Db, from: string, to: string): void {
  const inside = resolve(from) + sep
  db.transaction(() => {
    for (const [table, column] of columns)
      db.prepare(
        `UPDATE ${table} SET ${column} = ? || substr(${column}, ?) WHERE substr(${column}, 1, ?) = ?`,
      ).run(resolve(to) + sep, inside.length + 1, inside.length, inside)
  })()
}
