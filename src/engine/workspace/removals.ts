import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from './database.ts'

/** Tables whose rows are marked as removed first. A row without a mark is there (`present`). */
const removable = ['study', 'dataset', 'model', 'composition'] as const
type Removable = (typeof removable)[number]

/** SQL condition for rows that are not removed. */
export const present = 'removal_id IS NULL'

/**
 * Marks a row as removed, and with a dataset the studies over it. Nothing shows them any more; `sweepRemovals` deletes
 * them. Facts stay.
 *
 * @returns id of the removal, to take it back
 */
export function remove(db: Db, table: Removable, id: number): number {
  return db.transaction(() => {
    const { lastInsertRowid } = db.prepare('INSERT INTO removal (removed_at) VALUES (?)').run(Date.now())
    db.prepare(`UPDATE ${table} SET removal_id = ? WHERE id = ? AND ${present}`).run(lastInsertRowid, id)
    if (table === 'dataset')
      db.prepare(`UPDATE study SET removal_id = ? WHERE dataset_id = ? AND ${present}`).run(
        lastInsertRowid,
        id,
      )
    return Number(lastInsertRowid)
  })()
}

/**
 * Takes a removal back: all that it removed is there again as it was. Jobs that it cancelled stay cancelled.
 *
 * @throws USAGE where it was carried out already, or where it holds a study whose dataset was removed later
 */
export function undoRemoval(db: Db, removalId: number): void {
  db.transaction(() => {
    if (db.prepare('SELECT 1 FROM removal WHERE id = ?').get(removalId) === undefined)
      throw new KernelscopeError('USAGE', 'this removal can no longer be undone', {
        hint: 'What was removed goes when the workspace is closed, or when the same file or folder is added again.',
      })
    const homeless = db
      .prepare<[number], string>(
        `SELECT s.title FROM study s JOIN dataset d ON d.id = s.dataset_id
         WHERE s.removal_id = ? AND d.removal_id <> s.removal_id`,
      )
      .pluck()
      .get(removalId)
    if (homeless !== undefined)
      throw new KernelscopeError('USAGE', `the dataset of ${homeless} was removed too`, {
        hint: 'Undo the removal of the dataset first.',
      })
    for (const table of removable)
      db.prepare(`UPDATE ${table} SET removal_id = NULL WHERE removal_id = ?`).run(removalId)
    db.prepare('DELETE FROM removal WHERE id = ?').run(removalId)
  })()
}

/** Deletes all that was removed, in one step. It cannot be taken back. */
export const sweepRemovals = (db: Db): void => void db.prepare('DELETE FROM removal').run()

/**
 * Finds the row of a file or folder that is to be added. What was removed with such a row is deleted for good first, so that
 * it is added anew.
 *
 * @returns undefined where there is none
 */
export function rowToAdd(db: Db, of: { model: string } | { dataset: string }): number | undefined {
  const [table, column, value] =
    'model' in of ? (['model', 'digest', of.model] as const) : (['dataset', 'path', of.dataset] as const)
  db.prepare(`DELETE FROM removal WHERE id = (SELECT removal_id FROM ${table} WHERE ${column} = ?)`).run(
    value,
  )
  return db.prepare<[string], number>(`SELECT id FROM ${table} WHERE ${column} = ?`).pluck().get(value)
}
