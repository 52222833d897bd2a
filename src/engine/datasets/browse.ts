import { join } from 'node:path'
import type { ImageRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { present, type Db } from '../workspace/index.ts'
import { parseProblem } from './store.ts'
import { imageRootSql } from '../facts/index.ts'

interface Row {
  id: number
  dataset_id: number
  name: string
  class_idx: number | null
  class_name: string | null
  part: string | null
  width: number
  height: number
  bytes: number
  problem: string | null
}

const columns = `i.id, i.dataset_id, i.name, i.class_idx, i.part, i.width, i.height, i.bytes, i.problem,
  (SELECT c.name FROM class c WHERE c.dataset_id = i.dataset_id AND c.idx = i.class_idx) AS class_name`

export const imageRowFrom = (row: Row): ImageRow => ({
  id: row.id,
  datasetId: row.dataset_id,
  name: row.name,
  classIndex: row.class_idx,
  className: row.class_name,
  part: row.part,
  width: row.width,
  height: row.height,
  bytes: row.bytes,
  problem: parseProblem(row.problem, `image ${row.id}`),
})

/**
 * The next images of a dataset after an id, in the order of the index. It reads no columns, so the first page comes at
 * once.
 */
export function firstRows(
  db: Db,
  datasetId: number,
  after: number | null,
  limit: number,
): { rows: ImageRow[]; next: number | null } {
  const before = () =>
    (db
      .prepare<[number], number | null>('SELECT min(id) FROM image WHERE dataset_id = ?')
      .pluck()
      .get(datasetId) ?? 1) - 1
  const rows = db
    .prepare<[number, number, number], Row>(
      `SELECT ${columns} FROM image i NOT INDEXED WHERE i.dataset_id = ? AND i.id > ? ORDER BY i.id LIMIT ?`,
    )
    .all(datasetId, after ?? before(), limit + 1)
  const next = rows.length > limit ? (rows[limit - 1]?.id ?? null) : null
  return { rows: rows.slice(0, limit).map(imageRowFrom), next }
}

export interface LocatedImage {
  image: ImageRow
  path: string
  exampleId: number | null
  /** SHA-256 of the file. */
  digest: Buffer | null
}

/** @throws IMAGE_NOT_FOUND where there is no image with that id */
export function locateImage(db: Db, id: number): LocatedImage {
  const row = db
    .prepare<[number], Row & { root: string; example_id: number | null; digest: Buffer | null }>(
      `SELECT ${columns}, ${imageRootSql} AS root, i.example_id, s.digest FROM image i
       JOIN dataset d ON d.id = i.dataset_id LEFT JOIN example s ON s.id = i.example_id WHERE i.id = ? AND d.${present}`,
    )
    .get(id)
  if (!row) throw new KernelscopeError('IMAGE_NOT_FOUND', `no image with id ${id}`)
  return {
    image: imageRowFrom(row),
    path: join(row.root, row.name),
    exampleId: row.example_id,
    digest: row.digest,
  }
}

/** Ids of the images before and after an image in the order of the index; null at the ends. */
export function neighbours(
  db: Db,
  { id, datasetId }: ImageRow,
): { previous: number | null; next: number | null } {
  const pick = (sql: string) => db.prepare<[number, number], number>(sql).pluck().get(datasetId, id) ?? null
  return {
    previous: pick(
      'SELECT id FROM image NOT INDEXED WHERE dataset_id = ? AND id < ? ORDER BY id DESC LIMIT 1',
    ),
    next: pick('SELECT id FROM image NOT INDEXED WHERE dataset_id = ? AND id > ? ORDER BY id LIMIT 1'),
  }
}

/** Rows of images, in the order of the ids. */
export function imageRows(db: Db, ids: Iterable<number>): ImageRow[] {
  const select = db.prepare<[number], Row>(`SELECT ${columns} FROM image i WHERE i.id = ?`)
  return [...ids].flatMap((id) => {
    const row = select.get(id)
    return row ? [imageRowFrom(row)] : []
  })
}

/** An image in a list of files. */
export interface ListedImage {
  path: string
  name: string
  className: string | null
  part: string | null
  width: number
  height: number
  bytes: number
  /** SHA-256, hex. */
  digest: string | null
  /** Code of the error. */
  problem: string | null
}

/** Images for a list of files, in the order of the ids. */
export function listRows(db: Db, ids: Iterable<number>): ListedImage[] {
  const select = db.prepare<[number], Row & { root: string; digest: Buffer | null }>(
    `SELECT ${columns}, ${imageRootSql} AS root, s.digest FROM image i JOIN dataset d ON d.id = i.dataset_id
     LEFT JOIN example s ON s.id = i.example_id WHERE i.id = ?`,
  )
  return [...ids].flatMap((id) => {
    const row = select.get(id)
    if (!row) return []
    const { name, className, part, width, height, bytes, problem } = imageRowFrom(row)
    const digest = row.digest?.toString('hex') ?? null
    return [
      {
        path: join(row.root, row.name),
        name,
        className,
        part,
        width,
        height,
        bytes,
        digest,
        problem: problem?.code ?? null,
      },
    ]
  })
}
