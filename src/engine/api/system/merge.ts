import { join, resolve } from 'node:path'
import type { MergeReport } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import {
  datasetRow,
  detectLayout,
  insertDataset,
  listDatasets,
  mergeAnnotations,
} from '../../datasets/index.ts'
import { mergeFacts } from '../../facts/index.ts'
import { copyModels } from '../../models/index.ts'
import { openReadOnly, sweepRemovals, withAttached, type Db } from '../../workspace/index.ts'
import type { EngineSession } from '../session/session.ts'

/**
 * Adds models (by digest), facts (by their keys' content), notes and tags (by the digest of images) of a workspace's database to
 * another, in one transaction. What is there already stays as it is.
 *
 * @param file path of a database of the present schema
 */
export const mergeContent = (db: Db, file: string) =>
  withAttached(db, file, () => ({
    models: copyModels(db),
    ...mergeFacts(db),
    annotations: mergeAnnotations(db),
  }))

/**
 * Adds the content of the workspace in a folder to the open one. Its datasets are added by their path and indexed; one whose folder
 * cannot be read is named. Its studies and figures stay in it: a study that is run here finds its facts. The other workspace is
 * only read.
 *
 * @throws UNSUPPORTED where it is the open one
 * @throws WORKSPACE_CLOSED where none is open or it is closed meanwhile; the errors of `openReadOnly`
 */
export async function mergeInto(session: EngineSession, from: string): Promise<MergeReport> {
  const { workspace } = session.open()
  if (workspace.isAt(from))
    throw new KernelscopeError('UNSUPPORTED', `a workspace cannot be merged into itself: ${resolve(from)}`)
  const other = await openReadOnly(from, 'It is merged into another one.')
  try {
    sweepRemovals(other.db)
    const here = new Set(listDatasets(workspace.db).map(({ path }) => path))
    const found = await Promise.all(
      listDatasets(other.db)
        .filter(({ path }) => !here.has(path))
        .map(async ({ id, path, title }) => {
          try {
            const labels = datasetRow(other.db, id).labels_path ?? undefined
            return { path, title, layout: await detectLayout(path, labels) }
          } catch (error) {
            return { path, title, problem: toErrorShape(error).message }
          }
        }),
    )
    const { jobs } = session.stillOpen(workspace)
    const merged = mergeContent(workspace.db, join(other.path, 'workspace.sqlite'))
    const datasets: string[] = []
    for (const one of found) {
      if ('problem' in one) continue
      const datasetId = insertDataset(workspace.db, one.path, one.title, one.layout)
      jobs.add({ kind: 'index', title: `Index ${one.title}`, datasetId })
      datasets.push(one.title)
    }
    return {
      ...merged,
      datasets,
      missing: found.flatMap((one) => ('problem' in one ? [{ title: one.title, problem: one.problem }] : [])),
      studies: other.info().studies,
    }
  } finally {
    other.close()
  }
}
