import { createHash } from 'node:crypto'
import type { Db } from '../workspace/index.ts'

/**
 * SQL of a dataset's images in the order of what they hold: digest, class, part; those that could not be read by their name. Binds
 * the id of the dataset.
 */
export const orderedImages = (schema: 'main' | 'other'): string => `
  SELECT i.id, coalesce(hex(e.digest), '') AS digest, coalesce(c.name, '') AS class, coalesce(i.part, '') AS part,
    iif(e.id IS NULL, i.name, '') AS unread,
    row_number() OVER (ORDER BY e.digest, c.name, i.part, iif(e.id IS NULL, i.name, ''), i.name) AS place
  FROM ${schema}.image i LEFT JOIN ${schema}.example e ON e.id = i.example_id
  LEFT JOIN ${schema}.class c ON c.dataset_id = i.dataset_id AND c.idx = i.class_idx WHERE i.dataset_id = ?`

/**
 * Digest (SHA-256) of what a dataset holds: its kind, its classes in their order, and its images by digest, class and part,
 * whatever their names and folder. Two datasets of one key are the same for every study.
 */
export function contentKey(db: Db, schema: 'main' | 'other', datasetId: number): string {
  const hash = createHash('sha256')
  const add = (values: readonly unknown[]) => hash.update(`${JSON.stringify(values)}\n`)
  add([
    db
      .prepare<[number], string>(`SELECT recognised FROM ${schema}.dataset WHERE id = ?`)
      .pluck()
      .get(datasetId),
  ])
  add(
    db
      .prepare<[number], string>(`SELECT name FROM ${schema}.class WHERE dataset_id = ? ORDER BY idx`)
      .pluck()
      .all(datasetId),
  )
  for (const row of db
    .prepare<[number], string[]>(
      `SELECT digest, class, part, unread FROM (${orderedImages(schema)}) ORDER BY place`,
    )
    .raw()
    .iterate(datasetId))
    add(row)
  return hash.digest('hex')
}
