import { join } from 'node:path'
import { imageRootSql } from './imageRoot.ts'

/** An image that a study measures. */
export interface StudyImage {
  id: number
  exampleId: number
  /** sha256 of the file, hex. */
  digest: string
  path: string
  /** Folder of its dataset; null where it belongs to none. */
  root: string | null
  className: string
}

export interface ImageRow {
  id: number
  example_id: number
  digest: Buffer
  class: string
  name: string
  root: string
}

/** Columns of an `ImageRow`, of `image i` and `example s`. */
export const imageColumns = `i.id, i.example_id, i.name, s.digest, s.class, (SELECT ${imageRootSql} FROM dataset d WHERE d.id = i.dataset_id) AS root`

export const studyImage = (row: ImageRow): StudyImage => ({
  id: row.id,
  exampleId: row.example_id,
  digest: row.digest.toString('hex'),
  path: join(row.root, row.name),
  root: row.root,
  className: row.class,
})
