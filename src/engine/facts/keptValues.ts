import { optional } from '../base/optional.ts'
import { rowDigest, type Db } from '../workspace/index.ts'

/** Bytes about a dataset's images that take long to make again, in a file beside the workspace's database. */
export interface KeptValues {
  /** The value under a name, if it was kept for the same state of the images and is as it was kept. */
  find(datasetId: number, name: string, state: string): Buffer | null
  /** Keeps a value. Values of the dataset for other states go. */
  put(datasetId: number, name: string, state: string, value: Buffer): void
}

/** SQL of the table of values. */
export const keptValueTable = `CREATE TABLE kept_value (dataset_id INTEGER NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
  value BLOB NOT NULL, digest_of_row INTEGER NOT NULL, PRIMARY KEY (dataset_id, name)) STRICT`

const stores = new WeakMap<Db, KeptValues>()
const nothing: KeptValues = { find: () => null, put: () => undefined }

/** Lets what is read of a workspace's database be kept in another file, which has `keptValueTable`. */
export function keepValuesIn(db: Db, file: Db): void {
  const select = file.prepare<[number, string, string], { value: Buffer; digest: number }>(
    'SELECT value, digest_of_row AS digest FROM kept_value WHERE dataset_id = ? AND name = ? AND state = ?',
  )
  const insert = file.prepare('INSERT OR REPLACE INTO kept_value VALUES (?, ?, ?, ?, ?)')
  const others = file.prepare('DELETE FROM kept_value WHERE dataset_id = ? AND state <> ?')
  stores.set(db, {
    find(datasetId, name, state) {
      const row = optional(() => select.get(datasetId, name, state))
      return row && rowDigest([datasetId, name, state, row.value]) === row.digest ? row.value : null
    },
    put(datasetId, name, state, value) {
      optional(() => {
        others.run(datasetId, state)
        insert.run(datasetId, name, state, value, rowDigest([datasetId, name, state, value]))
      })
    },
  })
}

/** Where values of a database are kept; nowhere before `keepValuesIn`. */
export const keptValues = (db: Db): KeptValues => stores.get(db) ?? nothing
