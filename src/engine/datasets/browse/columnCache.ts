import Database from 'better-sqlite3'
import type { Db } from '../../workspace/index.ts'
import type { FactColumns, ImageColumns } from './columns.ts'

/**
 * A cache of columns on disk, `browse.sqlite` in the workspace's folder. Reading it takes milliseconds. Each entry has the
 * version of the data that it was read from. Where the file is missing or damaged, columns are read from the workspace.
 */
export interface ColumnCache {
  images(datasetId: number, version: string): ImageColumns | null
  putImages(datasetId: number, version: string, columns: ImageColumns): void
  facts(datasetId: number, key: string, version: string): FactColumns | null
  putFacts(datasetId: number, key: string, version: string, columns: FactColumns): void
  close(): void
}

const entriesPerDataset = 40
const layout = 1

type Typed = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array

/** Opens the cache file, or a cache in memory where the file cannot be used. */
export function openColumnCache(file: string): ColumnCache {
  const db = open(file)
  const select = db.prepare<[number, string, string], { head: string; data: Buffer }>(
    'SELECT head, data FROM columns WHERE dataset_id = ? AND key = ? AND version = ?',
  )
  const touch = db.prepare('UPDATE columns SET used_at = ? WHERE dataset_id = ? AND key = ?')
  const insert = db.prepare('INSERT OR REPLACE INTO columns VALUES (?, ?, ?, ?, ?, ?)')
  const trim = db.prepare(
    `DELETE FROM columns WHERE dataset_id = ? AND key NOT IN
       (SELECT key FROM columns WHERE dataset_id = ? ORDER BY used_at DESC LIMIT ${entriesPerDataset})`,
  )
  const get = (datasetId: number, key: string, version: string) => {
    const row = select.get(datasetId, key, version)
    if (row) touch.run(Date.now(), datasetId, key)
    return row ?? null
  }
  const put = (datasetId: number, key: string, version: string, head: object, arrays: Typed[]) => {
    const bytes = Buffer.concat(
      arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    )
    insert.run(datasetId, key, version, Date.now(), JSON.stringify(head), bytes)
    trim.run(datasetId, datasetId)
  }
  return {
    images(datasetId, version) {
      const row = get(datasetId, 'images', version)
      if (row === null) return null
      const { n, parts, problems } = JSON.parse(row.head) as Pick<ImageColumns, 'n' | 'parts' | 'problems'>
      const take = taker(row.data)
      return {
        n,
        parts,
        problems,
        id: take(Uint32Array, n),
        example: take(Uint32Array, n),
        classIndex: take(Int32Array, n),
        bytes: take(Uint32Array, n),
        width: take(Uint32Array, n),
        height: take(Uint32Array, n),
        part: take(Uint16Array, n),
        problem: take(Uint8Array, n),
      }
    },
    putImages(datasetId, version, { n, parts, problems, ...c }) {
      const arrays = [c.id, c.example, c.classIndex, c.bytes, c.width, c.height, c.part, c.problem]
      put(datasetId, 'images', version, { n, parts, problems }, arrays)
    },
    facts(datasetId, key, version) {
      const row = get(datasetId, key, version)
      if (row === null) return null
      const { n, measured } = JSON.parse(row.head) as Pick<FactColumns, 'n' | 'measured'>
      const take = taker(row.data)
      return {
        n,
        measured,
        predicted: take(Int32Array, n),
        confidence: take(Float32Array, n),
        second: take(Float32Array, n),
        trueProbability: take(Float32Array, n),
        rank: take(Uint16Array, n),
        state: take(Uint8Array, n),
      }
    },
    putFacts(datasetId, key, version, { n, measured, ...c }) {
      const arrays = [c.predicted, c.confidence, c.second, c.trueProbability, c.rank, c.state]
      put(datasetId, key, version, { n, measured }, arrays)
    },
    close: () => void db.close(),
  }
}

/** Reads arrays one after another from bytes. It copies them, because a Buffer may start at an unaligned address. */
function taker(data: Buffer) {
  let at = 0
  return <T extends Typed>(
    type: { new (buffer: ArrayBuffer): T; BYTES_PER_ELEMENT: number },
    n: number,
  ): T => {
    const bytes = n * type.BYTES_PER_ELEMENT
    const copy = new Uint8Array(bytes)
    copy.set(data.subarray(at, at + bytes))
    at += bytes
    return new type(copy.buffer)
  }
}

function open(file: string): Db {
  try {
    return prepare(new Database(file))
  } catch {
    // The cache is optional.
    return prepare(new Database(':memory:'))
  }
}

function prepare(db: Db): Db {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  if (Number(db.pragma('user_version', { simple: true })) !== layout) db.exec('DROP TABLE IF EXISTS columns')
  db.exec(
    `CREATE TABLE IF NOT EXISTS columns (dataset_id INTEGER NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL,
       used_at INTEGER NOT NULL, head TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (dataset_id, key)) STRICT`,
  )
  db.pragma(`user_version = ${layout}`)
  return db
}
