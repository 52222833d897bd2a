import { resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { requireFolder } from '../base/userFile.ts'
import { csvLayout } from './kinds/csv.ts'
import { kinds } from './kinds/index.ts'
import type { Layout } from './kinds/kind.ts'
import { readerOf } from './folderReader.ts'

export type { Layout } from './kinds/kind.ts'

/**
 * Recognises a folder by its structure and names.
 *
 * @param labels path of a CSV of labels, which replaces the recognition
 * @throws FILE_MISSING where there is no such folder or CSV
 * @throws FILE_UNREADABLE where the folder, or a file of labels, cannot be read
 * @throws DATASET_EMPTY where the folder has no images
 * @throws DATASET_LABELS where a file of labels is missing or malformed
 */
export async function detectLayout(root: string, labels?: string): Promise<Layout> {
  requireFolder(root)
  if (labels !== undefined) return csvLayout(resolve(labels))
  const reader = readerOf(root)
  for (const kind of kinds) {
    const layout = await kind.recognise(reader)
    if (layout) return layout
  }
  throw new KernelscopeError('DATASET_EMPTY', `no images in the folder: ${root}`)
}
