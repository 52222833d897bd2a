import type { Db } from './db.ts'

const readers = new WeakMap<Db, () => string>()

/**
 * Counts the changes of a database by this connection and by others. Where two texts are equal, nothing was stored in
 * between.
 */
export function changesSeen(db: Db): string {
  const read = readers.get(db) ?? reader(db)
  readers.set(db, read)
  return read()
}

function reader(db: Db): () => string {
  const counts = db
    .prepare<[], [own: number, others: number]>(
      'SELECT total_changes(), (SELECT data_version FROM pragma_data_version)',
    )
    .raw()
  return () => counts.get()?.join(' ') ?? ''
}
