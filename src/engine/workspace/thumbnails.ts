import Database from 'better-sqlite3'
import { rmSync, statSync } from 'node:fs'

/** Stored thumbnails as WebP, by the digest of the image file and their size in pixels. */
export interface Thumbnails {
  get(digest: Buffer, size: number): Buffer | undefined
  put(digest: Buffer, size: number, webp: Buffer): void
  /** The number of thumbnails, and the size of their file in bytes. */
  size(): { items: number; bytes: number }
  /** Deletes all thumbnails. */
  clear(): void
  close(): void
}

const suffixes = ['', '-wal', '-shm']

/** Opens the cache of thumbnails. A damaged file is deleted and created again. Equal images share a thumbnail. */
export function openThumbnails(file: string): Thumbnails {
  let table = openOrRecreate(file)
  return {
    get: (digest, size) => table.select.get(digest, size),
    put: (digest, size, webp) => void table.insert.run(digest, size, webp),
    size: () => ({
      items: Number(table.count.get()),
      bytes: suffixes.reduce(
        (sum, suffix) => sum + (statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0),
        0,
      ),
    }),
    clear() {
      table.db.close()
      removeFiles(file)
      table = open(file)
    },
    close: () => void table.db.close(),
  }
}

function statements(db: Database.Database) {
  return {
    db,
    select: db
      .prepare<[Buffer, number], Buffer>('SELECT webp FROM thumbnail WHERE digest = ? AND size = ?')
      .pluck(),
    insert: db.prepare('INSERT OR REPLACE INTO thumbnail (digest, size, webp) VALUES (?, ?, ?)'),
    count: db.prepare<[], number>('SELECT count(*) FROM thumbnail').pluck(),
  }
}

const removeFiles = (file: string) => {
  for (const suffix of suffixes) rmSync(file + suffix, { force: true })
}

function openOrRecreate(file: string): ReturnType<typeof statements> {
  try {
    return open(file)
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    removeFiles(file)
    return open(file)
  }
}

function open(file: string): ReturnType<typeof statements> {
  const db = prepare(file)
  try {
    return statements(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function prepare(file: string): Database.Database {
  const db = new Database(file)
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = OFF')
    db.exec(`CREATE TABLE IF NOT EXISTS thumbnail (
    digest BLOB NOT NULL, size INTEGER NOT NULL, webp BLOB NOT NULL, PRIMARY KEY (digest, size)
  ) STRICT`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
