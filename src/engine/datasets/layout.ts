import { resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { isArchive, membersOf, requireDataset } from './archived/find.ts'
import { layoutOfArchives } from './archived/layout.ts'
import { csvLayout } from './kinds/csv.ts'
import { recognition } from './kinds/index.ts'
import type { Layout } from './kinds/kind.ts'
import { readerOf } from './folderReader.ts'

export type { Layout } from './kinds/kind.ts'

/**
 * Recognises a folder by its structure and names. An archive, or a folder of archives, is recognised as what it would be
 * unpacked into.
 *
 * @param labels path of a CSV of labels, which replaces the recognition
 * @throws FILE_MISSING where there is no such folder, archive or CSV
 * @throws FILE_UNREADABLE where the folder, an archive, or a file of labels cannot be read
 * @throws DATASET_EMPTY where there are no images
 * @throws DATASET_LABELS where a file of labels is missing or malformed
 */
export async function detectLayout(root: string, labels?: string): Promise<Layout> {
  requireDataset(root)
  const reader = readerOf(root)
  const found = await membersOf(reader)
  const { members } = found
  const list = labels === undefined ? null : () => csvLayout(resolve(labels), root)
  const { special, general } = list ? { special: list, general: list } : recognition
  if (members.length === 0 && list) return list()
  const layout =
    members.length > 0
      ? await layoutOfArchives(reader, found, { special, general })
      : ((await special(reader)) ?? (await general(reader)))
  if (layout) return layout
  const details = members.flatMap(({ archive }) => archive.remarks).join('\n')
  throw new KernelscopeError(
    'DATASET_EMPTY',
    `no images in the ${isArchive(root) ? 'archive' : 'folder'}: ${root}`,
    details === '' ? {} : { details },
  )
}
