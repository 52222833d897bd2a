import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { type Copying } from '../../base/copyFolder.ts'
import { insertJob } from '../../jobs/index.ts'
import { checkNewFolder, moveWorkspace, openWorkspace, type Workspace } from '../../workspace/index.ts'
import { addWorkspace } from './mergeSteps.ts'
import type { EngineSession } from '../session/session.ts'

/**
 * Gives the open workspace, which is not kept yet, a place. It moves to a new or empty folder; a workspace that is at
 * `path` gets all that it holds, and is opened.
 *
 * @throws UNSUPPORTED where the open workspace is kept already
 * @throws WORKSPACE_EXISTS where the folder has other files
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
 * @param how as that of `moveWorkspace`
 * @throws the errors of `moveWorkspace` and `openWorkspace`
 */
export async function moveOpen(session: EngineSession, path: string, how: Copying = {}): Promise<Workspace> {
  const to = resolve(path)
  checkNewFolder(to)
  const { path: before, kept } = session.open().workspace
  const next = await session.changeWorkspace(async ({ path: from }) => {
    await moveWorkspace(from, to, how)
    try {
      return openWorkspace(to)
    } catch (error) {
      // On another disk the first folder is still there.
      if (!existsSync(from)) await moveWorkspace(to, from)
      throw error
    }
  })
  // On another disk the first folder was copied.
  if (kept) rmSync(before, { recursive: true, force: true })
  return next
}

/** Adds all that the open workspace holds to another one, which is opened. Where that fails, doing it again goes on. */
const putInto = (session: EngineSession, to: string): Promise<Workspace> =>
  session.changeWorkspace(async (from) => {
    const target = openWorkspace(to)
    try {
      const { db } = target
      await addWorkspace(target, from, {
        onProgress: () => undefined,
        mayGoOn: () => undefined,
        queue: (store) => db.transaction(() => store().forEach((job) => insertJob(db, job)))(),
      })
      return target
    } catch (error) {
      target.close()
      throw error
    }
  })
