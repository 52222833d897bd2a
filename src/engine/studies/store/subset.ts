import { createHash } from 'node:crypto'
import type { StudySubset } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'

/**
 * A subset as it was when a study over it was begun. The study keeps the list of its images, so that it stays what it
 * was when the subset changes or goes; the rule in words is kept for its provenance.
 */
export interface FrozenSubset {
  record: StudySubset
  imageIds: Uint32Array
}

export function frozen(
  subset: { id: number; name: string },
  rule: string,
  imageIds: Uint32Array,
): FrozenSubset {
  const key = createHash('sha256')
    .update(new Uint8Array(imageIds.buffer, imageIds.byteOffset, imageIds.byteLength))
    .digest('hex')
  return { record: { id: subset.id, name: subset.name, rule, images: imageIds.length, key }, imageIds }
}

/** Stores the frozen images as a study's selection, those that can be measured; of other datasets all. */
export function storeFrozen(
  db: Db,
  studyId: number,
  { imageIds }: FrozenSubset,
  datasetId: number,
  otherDatasets: Iterable<number>,
): void {
  const usable =
    'i.example_id IS NOT NULL AND i.problem IS NULL AND i.class_idx IS NOT NULL AND i.dataset_id = ?'
  db.prepare(
    `INSERT OR IGNORE INTO study_image (study_id, image_id)
     SELECT ?, i.id FROM image i WHERE ${usable} AND i.id IN (SELECT value FROM json_each(?))`,
  ).run(studyId, datasetId, JSON.stringify([...imageIds]))
  const all = db.prepare(
    `INSERT OR IGNORE INTO study_image (study_id, image_id) SELECT ?, i.id FROM image i WHERE ${usable}`,
  )
  for (const other of otherDatasets) if (other !== datasetId) all.run(studyId, other)
}
