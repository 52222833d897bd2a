import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { datasetRow, detectLayout, insertDataset, listDatasets } from '../../datasets/index.ts'
import { insertJob } from '../../jobs/index.ts'
import {
  checkNewFolder,
  hasContent,
  moveWorkspace,
  openWorkspace,
  rebasePaths,
  type Workspace,
} from '../../workspace/index.ts'
import { mergeContent } from './merge.ts'
import type { EngineSession } from '../session/session.ts'

/**
 * Gives the open workspace, which is not kept yet, a place. It moves to a new or empty folder; a workspace that is at
 * `path` gets its models and datasets.
 *
 * @throws UNSUPPORTED where the open workspace is kept already
 * @throws WORKSPACE_EXISTS where the folder has other files, or where a workspace there cannot take what was made
 * @throws the errors of `openWorkspace` and `moveWorkspace`; the open workspace then stays as it is
 */
export async function keepWorkspace(session: EngineSession, path: string): Promise<Workspace> {
  const to = resolve(path)
  const { workspace } = session.open()
  if (workspace.kept)
    throw new KernelscopeError('UNSUPPORTED', `the workspace is kept already: ${workspace.path}`)
  return existsSync(join(to, 'workspace.sqlite')) ? putInto(session, to) : moveOpen(session, to)
}

/**
 * Moves the open workspace to a new or empty folder, with the stored paths inside it. It stays where it is where that fails.
 *
 * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING where the folder cannot become a workspace
 * @throws the errors of `moveWorkspace` and `openWorkspace`
 */
export async function moveOpen(session: EngineSession, path: string): Promise<Workspace> {
  const to = resolve(path)
  checkNewFolder(to)
  const { path: before, kept } = session.open().workspace
  const next = await session.changeWorkspace(({ path: from }) => {
    moveWorkspace(from, to)
    let moved: Workspace | null = null
    try {
      moved = openWorkspace(to)
      rebasePaths(moved.db, from, to)
      return moved
    } catch (error) {
      moved?.close()
      // On another disk the first folder is still there.
      if (!existsSync(from)) moveWorkspace(to, from)
      throw error
    }
  })
  // On another disk the first folder was copied.
  if (kept) rmSync(before, { recursive: true, force: true })
  return next
}

/** Adds models and datasets of the open workspace to another one, which is opened; its datasets are indexed again. */
async function putInto(session: EngineSession, to: string): Promise<Workspace> {
  const { workspace } = session.open()
  const checkEmpty = (found: Workspace) => {
    const { unkept } = found.info()
    if (found.path === workspace.path && !(unkept && hasContent(unkept))) return
    throw new KernelscopeError(
      'WORKSPACE_EXISTS',
      `what was made here cannot move into another workspace: ${to}`,
      { hint: 'Choose a new or empty folder. All of it moves there.' },
    )
  }
  checkEmpty(workspace)
  const datasets = await Promise.all(
    listDatasets(workspace.db).map(async ({ id, path, title }) => {
      const labels = datasetRow(workspace.db, id).labels_path ?? undefined
      return { path, title, layout: await detectLayout(path, labels) }
    }),
  )
  return session.changeWorkspace(({ path: from }) => {
    // Something may have been measured since. Now nothing can come between.
    const own = openWorkspace(from, false)
    try {
      checkEmpty(own)
    } finally {
      own.close()
    }
    const target = openWorkspace(to)
    try {
      mergeContent(target.db, join(from, 'workspace.sqlite'))
      for (const { path, title, layout } of datasets) {
        const datasetId = insertDataset(target.db, path, title, layout)
        insertJob(target.db, { kind: 'index', title: `Index ${title}`, datasetId })
      }
      return target
    } catch (error) {
      target.close()
      throw error
    }
  })
}
