import { join } from 'node:path'
import { generator } from '#shared/random.ts'
import type { Db } from '../workspace/index.ts'

/** An image a study measures. */
export interface StudyImage {
  id: number
  subjectId: number
  /** sha256 of the file, hex. */
  digest: string
  path: string
  className: string
}

/** Where a study's images come from: all usable images of the dataset, or the ones stored for it. */
export interface ImageSource {
  datasetId: number
  /** Study whose stored selection is meant; null = all. */
  selectedFor: number | null
}

const usable =
  'i.dataset_id = ? AND i.subject_id IS NOT NULL AND i.problem IS NULL AND i.class_idx IS NOT NULL'

/** FROM and WHERE over `image i` of a source, for use inside larger queries. */
export function imagesOf(source: ImageSource): { sql: string; values: number[] } {
  const { datasetId, selectedFor } = source
  if (selectedFor === null) return { sql: `image i WHERE ${usable}`, values: [datasetId] }
  return {
    sql: `study_image si JOIN image i ON i.id = si.image_id WHERE si.study_id = ? AND ${usable}`,
    values: [selectedFor, datasetId],
  }
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
  name: string
  root: string
}

/** Chunks of a source in order of image id, read as they are needed. */
export function* imageChunks(db: Db, source: ImageSource, size: number): Generator<StudyImage[]> {
  const { sql, values } = imagesOf(source)
  const select = db.prepare<number[], Row>(
    `SELECT i.id, i.subject_id, i.name, s.digest, s.class, (SELECT path FROM dataset WHERE id = i.dataset_id) AS root
     FROM ${sql.replace(' WHERE ', ' JOIN subject s ON s.id = i.subject_id WHERE ')} AND i.id > ? ORDER BY i.id LIMIT ?`,
  )
  for (let after = 0; ;) {
    const rows = select.all(...values, after, size)
    if (rows.length === 0) return
    after = rows.at(-1)?.id ?? after
    yield rows.map((row) => ({
      id: row.id,
      subjectId: row.subject_id,
      digest: row.digest.toString('hex'),
      path: join(row.root, row.name),
      className: row.class,
    }))
  }
}

/**
 * Stores a class-balanced selection for a study: in each class the `perClass` images that come first in an order drawn
 * from the seed and the image's digest, so that it depends neither on names nor on the order of indexing.
 */
export function storeSelection(
  db: Db,
  studyId: number,
  datasetId: number,
  perClass: number,
  seed: number,
): void {
  const rows = db
    .prepare<[number], { id: number; class_idx: number; digest: Buffer }>(
      `SELECT i.id, i.class_idx, s.digest FROM image i JOIN subject s ON s.id = i.subject_id WHERE ${usable} ORDER BY i.class_idx, i.id`,
    )
    .all(datasetId)
  const insert = db.prepare('INSERT INTO study_image (study_id, image_id) VALUES (?, ?)')
  const byClass = Map.groupBy(rows, (row) => row.class_idx)
  db.transaction(() => {
    for (const images of byClass.values()) {
      const drawn = images
        .map((image) => ({
          id: image.id,
          order: generator('sample', seed, image.digest.toString('hex')).uniform(),
        }))
        .sort((a, b) => a.order - b.order || a.id - b.id)
      for (const { id } of drawn.slice(0, perClass)) insert.run(studyId, id)
    }
  })()
}
