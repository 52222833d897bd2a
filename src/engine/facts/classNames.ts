import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../workspace/index.ts'
import type { ImageSource } from './images.ts'

/**
 * Returns a function that names the classes of a source's dataset by their indexes. It throws WORKSPACE_CORRUPT where a class is
 * missing.
 */
export function classNames(db: Db, { datasetId }: ImageSource): (index: number) => string {
  const names = new Map(
    db
      .prepare<[number], [number, string]>('SELECT idx, name FROM class WHERE dataset_id = ?')
      .raw()
      .all(datasetId),
  )
  return (index) => {
    const name = names.get(index)
    if (name === undefined)
      throw new KernelscopeError('WORKSPACE_CORRUPT', 'the workspace is damaged: class: rows are missing', {
        hint: 'Verify the workspace, then restore a backup of it.',
      })
    return name
  }
}
