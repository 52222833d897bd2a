import { join } from 'node:path'
import type { ImageFilter, ImageRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../workspace/index.ts'
import { imageRootSql } from './paths.ts'
import { parseProblem } from './store.ts'

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
  problem: parseProblem(row.problem),
})

/** Finds the variant whose facts stand for a model: the one used last. */
export type VariantOf = (modelId: number) => number | null

interface Where {
  sql: string
  values: (number | string)[]
}

/** The condition of a filter as SQL over `image i`. A model without facts matches nothing. */
function where(datasetId: number, filter: ImageFilter, variantOf: VariantOf, cleanCondition: number): Where {
  const parts = ['i.dataset_id = ?']
  const values: (number | string)[] = [datasetId]
  const add = (sql: string, ...more: (number | string)[]) => {
    parts.push(sql)
    values.push(...more)
  }
  if (filter.classIndex !== undefined) add('i.class_idx = ?', filter.classIndex)
  if (filter.part !== undefined) add('i.part = ?', filter.part)
  if (filter.readable !== undefined) add(`i.problem IS ${filter.readable ? '' : 'NOT '}NULL`)
  if (filter.search) add(`i.name LIKE ? ESCAPE '\\'`, `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`)
  const fact = (modelId: number, conditionId: number | undefined, test: string, ...more: number[]) =>
    add(
      `EXISTS (SELECT 1 FROM prediction p WHERE p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id AND ${test})`,
      variantOf(modelId) ?? -1,
      conditionId ?? cleanCondition,
      ...more,
    )
  for (const { modelId, outcome, conditionId } of filter.outcomes ?? []) {
    fact(modelId, conditionId, 'p.correct = ?', outcome === 'correct' ? 1 : 0)
  }
  if (filter.confidence) {
    const { modelId, conditionId, min, max } = filter.confidence
    fact(modelId, conditionId, 'p.confidence BETWEEN ? AND ?', min, max)
  }
  return { sql: parts.join(' AND '), values }
}

export interface Browse {
  page(
    datasetId: number,
    filter: ImageFilter,
    after: number | null,
    limit: number,
  ): { rows: ImageRow[]; next: number | null }
  count(datasetId: number, filter: ImageFilter): number
}

/** Keyset pages over the images of a dataset; `cleanCondition` is the condition of untransformed images. */
export function browse(db: Db, variantOf: VariantOf, cleanCondition: number): Browse {
  return {
    page(datasetId, filter, after, limit) {
      const { sql, values } = where(datasetId, filter, variantOf, cleanCondition)
      const rows = db
        .prepare<(number | string)[], Row>(
          `SELECT ${columns} FROM image i WHERE ${sql} AND i.id > ? ORDER BY i.id LIMIT ?`,
        )
        .all(...values, after ?? 0, limit + 1)
      const next = rows.length > limit ? (rows[limit - 1]?.id ?? null) : null
      return { rows: rows.slice(0, limit).map(imageRowFrom), next }
    },
    count(datasetId, filter) {
      const { sql, values } = where(datasetId, filter, variantOf, cleanCondition)
      return Number(
        db
          .prepare(`SELECT count(*) FROM image i WHERE ${sql}`)
          .pluck()
          .get(...values),
      )
    },
  }
}

export interface LocatedImage {
  image: ImageRow
  path: string
  subjectId: number | null
  /** sha256 of the file. */
  digest: Buffer | null
}

export function locateImage(db: Db, id: number): LocatedImage {
  const row = db
    .prepare<[number], Row & { root: string; subject_id: number | null; digest: Buffer | null }>(
      `SELECT ${columns}, ${imageRootSql} AS root, i.subject_id, s.digest FROM image i
       JOIN dataset d ON d.id = i.dataset_id LEFT JOIN subject s ON s.id = i.subject_id WHERE i.id = ?`,
    )
    .get(id)
  if (!row) throw new KernelscopeError('IMAGE_NOT_FOUND', `no image with id ${id}`)
  return {
    image: imageRowFrom(row),
    path: join(row.root, row.name),
    subjectId: row.subject_id,
    digest: row.digest,
  }
}

export function neighbours(
  db: Db,
  { id, datasetId }: ImageRow,
): { previous: number | null; next: number | null } {
  const pick = (sql: string) => db.prepare<[number, number], number>(sql).pluck().get(datasetId, id) ?? null
  return {
    previous: pick('SELECT max(id) FROM image WHERE dataset_id = ? AND id < ?'),
    next: pick('SELECT min(id) FROM image WHERE dataset_id = ? AND id > ?'),
  }
}

/** Image rows by id, in the order given. */
export function imageRows(db: Db, ids: number[]): ImageRow[] {
  const select = db.prepare<[number], Row>(`SELECT ${columns} FROM image i WHERE i.id = ?`)
  return ids.flatMap((id) => {
    const row = select.get(id)
    return row ? [imageRowFrom(row)] : []
  })
}
