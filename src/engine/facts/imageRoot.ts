import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../workspace/index.ts'

/** SQL for the folder that the image names of dataset `d` are relative to. */
export const imageRootSql = 'coalesce(d.frames_path, d.path)'

/** The folder that the names of a dataset's images are relative to: its own, or that of the frames of its videos. */
export function imageRoot(db: Db, datasetId: number): string {
  const root = db
    .prepare<[number], string>(`SELECT ${imageRootSql} FROM dataset d WHERE d.id = ?`)
    .pluck()
    .get(datasetId)
  if (root === undefined) throw new KernelscopeError('DATASET_NOT_FOUND', `no dataset with id ${datasetId}`)
  return root
}
