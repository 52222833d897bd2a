import { createHash } from 'node:crypto'
import type { StudySubset } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'

/**
 * A subset of images as it was when the study was made. The study stores the list of images, so that it stays
 * unchanged when the subset changes or is removed. The rule in words is stored as provenance.
 */
export interface FrozenSubset {
  record: StudySubset
  imageIds: Uint32Array
}

/** Freezes a subset. Its key is the sha256 of the image ids, hex. */
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

/** Stores the frozen images that can be measured as a study's selection, and all images of other datasets. */
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
