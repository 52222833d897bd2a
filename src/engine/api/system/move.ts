import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { MovePlan, WorkspaceInfo } from '#shared/contract/index.ts'
import { sizeOfFolder } from '../../base/copyFolder.ts'
import { checkNewFolder } from '../../workspace/index.ts'
import { infoOf } from '../session/damagedRows.ts'
import type { EngineSession } from '../session/session.ts'
import { byteCounter, type Work } from '../session/worked.ts'
import { moveOpen } from './keep.ts'

/**
 * Says what moving the open workspace to a folder takes.
 *
 * @throws WORKSPACE_CLOSED where none is open; WORKSPACE_EXISTS, WORKSPACE_MISSING where the folder cannot become a workspace
 */
export async function planMove(session: EngineSession, to: string): Promise<MovePlan> {
  const { workspace } = session.open()
  checkNewFolder(to)
  const copied = statSync(existing(resolve(to))).dev !== statSync(workspace.place).dev
  return { ...(await sizeOfFolder(workspace.place)), copied }
}

/** The folder itself, or the nearest one above it that exists. */
const existing = (path: string): string => (existsSync(path) ? path : existing(dirname(path)))

/** Moves the open workspace and tells how far it is. @throws as `moveOpen`; CANCELLED where it was stopped */
export async function moveWatched(
  session: EngineSession,
  to: string,
  { signal, onProgress }: Work,
): Promise<WorkspaceInfo> {
  const { copied, bytes } = await planMove(session, to)
  onProgress(0, 0, 'MiB', 'Closing the workspace')
  const onBytes = copied ? byteCounter(onProgress, bytes, 'Copying to the other disk') : undefined
  return infoOf(await moveOpen(session, to, { signal, onBytes }))
}
