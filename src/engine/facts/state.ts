import type { Db } from '../workspace/index.ts'
import { marksOf } from './cellMarks.ts'
import type { FactsOf } from './join.ts'
import { factVersion } from './examples.ts'

/**
 * Describes the stored variants of models, in the order of their last use, with their speed and the version of all their
 * facts. Equal descriptions mean equal facts.
 */
export function variantsState(db: Db, modelDigests: readonly string[]): unknown[] {
  const reader = marksOf(db)
  return db
    .prepare<[string], [id: number, seconds: number | null]>(
      `SELECT v.id, v.seconds_per_image
       FROM variant v WHERE v.model_digest IN (SELECT value FROM json_each(?)) ORDER BY v.used_at, v.id`,
    )
    .raw()
    .all(JSON.stringify(modelDigests))
    .map(([id, seconds]) => [id, seconds, reader.versionOfVariant(id)])
}

/**
 * Describes the facts of single cells as `variantsState` does; and of all variants which one of each setup was used last, and with
 * which provider each model was. So it stays the same while other studies use variants in turn.
 */
export const cellsState = (db: Db, cells: readonly FactsOf[]): unknown[] => [
  db
    .prepare<[], number>(
      "SELECT id FROM variant ORDER BY model_digest, json_remove(key, '$.runtime', '$.labels'), used_at, id",
    )
    .pluck()
    .all(),
  db
    .prepare<[], unknown[]>(
      `SELECT model_digest, json_extract(key, '$.preprocessing') AS preprocessing, json_extract(key, '$.labels') AS labels,
         json_extract(key, '$.runtime.provider'), max(used_at)
       FROM variant GROUP BY model_digest, preprocessing, labels ORDER BY model_digest, preprocessing, labels`,
    )
    .raw()
    .all()
    .map((row) => row.slice(0, -1)),
  cells.map((cell) => factVersion(db, cell)),
]

/** Describes the measurements and failures of a workspace: their versions grow with every change. */
export const otherFactsState = (db: Db): unknown[] =>
  db.prepare<[], unknown[]>('SELECT name, version FROM table_version ORDER BY name').raw().all()

/** Returns a number that grows with every change of a dataset's images; 0 where there is no such dataset. */
export const imageVersion = (db: Db, datasetId: number): number =>
  db
    .prepare<[number], number>('SELECT version FROM image_version WHERE dataset_id = ?')
    .pluck()
    .get(datasetId) ?? 0
