import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../workspace/index.ts'

/** SQL expression for the folder of the image names of dataset `d`. */
export const imageRootSql = 'coalesce(d.frames_path, d.path)'

/**
 * Returns the folder that the image names of a dataset are relative to: its own, or that of the frames of its videos.
 *
 * @throws DATASET_NOT_FOUND where the dataset does not exist
 */
export function imageRoot(db: Db, datasetId: number): string {
  const root = db
    .prepare<[number], string>(`SELECT ${imageRootSql} FROM dataset d WHERE d.id = ?`)
    .pluck()
    .get(datasetId)
  if (root === undefined) throw new KernelscopeError('DATASET_NOT_FOUND', `no dataset with id ${datasetId}`)
  return root
}
