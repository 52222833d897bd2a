import { join } from 'node:path'
import { imageRootSql } from './imageRoot.ts'
import type { Db } from '../workspace/index.ts'

/** An image a study measures. */
export interface StudyImage {
  id: number
  subjectId: number
  /** sha256 of the file, hex. */
  digest: string
  path: string
  className: string
  /** Size and modification time (ms) when it was indexed. */
  bytes: number
  mtime: number
}

/** Where a study's images come from: all usable images of the dataset, or the ones stored for it. */
export interface ImageSource {
  datasetId: number
  /** Study whose stored selection is meant; null = all. */
  selectedFor: number | null
  /** Only this part of the dataset, e.g. "gaussian_noise/3". */
  part?: string
  /** Only images of these classes. */
  classes?: readonly string[]
}

export type SqlValue = number | string

/** Text that is equal for equal sources. */
export const sourceKey = ({ datasetId, selectedFor, part, classes }: ImageSource): string =>
  JSON.stringify([datasetId, selectedFor, part ?? null, classes ?? null])

/** An image that can be measured: indexed, readable, of a known class. */
export const usableSql =
  'i.dataset_id = ? AND i.subject_id IS NOT NULL AND i.problem IS NULL AND i.class_idx IS NOT NULL'

function testsOf({ datasetId, part, classes }: ImageSource): { tests: string[]; values: SqlValue[] } {
  const tests = [usableSql]
  const values: SqlValue[] = [datasetId]
  if (part !== undefined) {
    tests.push('i.part = ?')
    values.push(part)
  }
  if (classes !== undefined) {
    tests.push(
      'i.class_idx IN (SELECT idx FROM class WHERE dataset_id = ? AND name IN (SELECT value FROM json_each(?)))',
    )
    values.push(datasetId, JSON.stringify(classes))
  }
  return { tests, values }
}

/** FROM and WHERE over `image i` of a source, for use inside larger queries. */
export function imagesOf(source: ImageSource): { sql: string; values: SqlValue[] } {
  const { tests, values } = testsOf(source)
  const where = tests.join(' AND ')
  if (source.selectedFor === null) return { sql: `image i WHERE ${where}`, values }
  return {
    sql: `study_image si JOIN image i ON i.id = si.image_id WHERE si.study_id = ? AND ${where}`,
    values: [source.selectedFor, ...values],
  }
}

/** Images of `imagesOf` joined with their facts `p`; the values begin with variant and condition. */
export const withFacts = (images: string, table: 'prediction' | 'failure'): string =>
  images.replace(
    ' WHERE ',
    ` JOIN ${table} p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE `,
  )

/** As `imagesOf`, for reading page by page. */
export interface OrderedImages {
  sql: string
  values: SqlValue[]
  /** Column of the image's id, to continue after and to order by. */
  id: string
  /** An id before the first image. */
  before: number
}

/**
 * As `imagesOf`, for reading in order of id page by page: goes along the table from the first image to the last. By an
 * index of classes or parts, all images would be sorted anew for every page.
 */
export function imagesInOrder(db: Db, source: ImageSource): OrderedImages {
  if (source.selectedFor !== null) return { ...imagesOf(source), id: 'si.image_id', before: 0 }
  const { tests, values } = testsOf(source)
  const { before, last } = idsOf(db, source)
  return {
    sql: `image i NOT INDEXED WHERE ${tests.join(' AND ')} AND i.id <= ?`,
    values: [...values, last],
    id: 'i.id',
    before,
  }
}

function idsOf(db: Db, { datasetId, part }: ImageSource): { before: number; last: number } {
  const found = db
    .prepare<SqlValue[], { first: number | null; last: number | null }>(
      `SELECT min(id) AS first, max(id) AS last FROM image WHERE dataset_id = ? ${part === undefined ? '' : 'AND part = ?'}`,
    )
    .get(datasetId, ...(part === undefined ? [] : [part]))
  return { before: (found?.first ?? 1) - 1, last: found?.last ?? 0 }
}

export function countImages(db: Db, source: ImageSource): number {
  const { sql, values } = imagesOf(source)
  return Number(
    db
      .prepare(`SELECT count(*) FROM ${sql}`)
      .pluck()
      .get(...values),
  )
}

interface Row {
  id: number
  subject_id: number
  digest: Buffer
  class: string
  bytes: number
  mtime: number
  name: string
  root: string
}

/** Chunks of a source in order of image id, read as they are needed. */
export function* imageChunks(db: Db, source: ImageSource, size: number): Generator<StudyImage[]> {
  const { sql, values, id, before } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], Row>(
    `SELECT i.id, i.subject_id, i.name, i.bytes, i.mtime, s.digest, s.class, (SELECT ${imageRootSql} FROM dataset d WHERE d.id = i.dataset_id) AS root
     FROM ${sql.replace(' WHERE ', ' JOIN subject s ON s.id = i.subject_id WHERE ')} AND ${id} > ? ORDER BY ${id} LIMIT ?`,
  )
  for (let after = before; ;) {
    const rows = select.all(...values, after, size)
    if (rows.length === 0) return
    after = rows.at(-1)?.id ?? after
    yield rows.map((row) => ({
      id: row.id,
      subjectId: row.subject_id,
      digest: row.digest.toString('hex'),
      path: join(row.root, row.name),
      className: row.class,
      bytes: row.bytes,
      mtime: row.mtime,
    }))
  }
}
