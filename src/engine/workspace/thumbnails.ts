import Database from 'better-sqlite3'
import { rmSync } from 'node:fs'

export interface Thumbnails {
  get(digest: Buffer, size: number): Buffer | undefined
  put(digest: Buffer, size: number, webp: Buffer): void
  close(): void
}

/** A cache that may be lost: a damaged file is thrown away and begun anew. Keyed by image content, so copies share. */
export function openThumbnails(file: string): Thumbnails {
  const db = openOrRecreate(file)
  const select = db
    .prepare<[Buffer, number], Buffer>('SELECT webp FROM thumbnail WHERE digest = ? AND size = ?')
    .pluck()
  const insert = db.prepare('INSERT OR REPLACE INTO thumbnail (digest, size, webp) VALUES (?, ?, ?)')
  return {
    get: (digest, size) => select.get(digest, size),
    put: (digest, size, webp) => void insert.run(digest, size, webp),
    close: () => db.close(),
  }
}

function openOrRecreate(file: string): Database.Database {
  try {
    return prepare(file)
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    return prepare(file)
  }
}

function prepare(file: string): Database.Database {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  db.exec(`CREATE TABLE IF NOT EXISTS thumbnail (
    digest BLOB NOT NULL, size INTEGER NOT NULL, webp BLOB NOT NULL, PRIMARY KEY (digest, size)
  ) STRICT`)
  return db
}
