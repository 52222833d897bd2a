import { resolve } from 'node:path'
import { Keeper, openWorkspace, restoreBackup, type Workspace } from '../../workspace/index.ts'
import { infoOf } from '../session/damagedRows.ts'
import { mayChange } from '../session/openWorkspace.ts'
import type { EngineSession } from '../session/session.ts'
import type { Work } from '../session/worked.ts'

/**
 * Puts a backup in the place of a workspace's database and opens the workspace. The present database is kept as a backup.
 *
 * @param path folder of the workspace, which need not be open and may be damaged; the open one where left out
 * @throws WORKSPACE_CLOSED where none is named and none is open
 * @throws WORKSPACE_READONLY where the open one is only read
 * @throws the errors of `restoreBackup`; the workspace is then unchanged
 */
export async function restoreInto(session: EngineSession, name: string, path?: string): Promise<Workspace> {
  const opened = path === undefined ? session.open().workspace : session.opened?.workspace
  if (path !== undefined && !opened?.isAt(path)) {
    restoreBackup(resolve(path), name)
    return session.openWorkspace(path)
  }
  mayChange(session.opened)
  return session.changeWorkspace(({ place, kept }) => {
    restoreBackup(place, name)
    return openWorkspace(place, kept)
  })
}

/**
 * Reads what can be read of a workspace into a new one, in a thread of its own, and opens that. Returns for each table what was
 * read and lost.
 *
 * @throws the errors of `Keeper.salvage` and `openWorkspace`; CANCELLED where it was stopped, and nothing is left of it
 */
export async function salvageInto(session: EngineSession, path: string, to: string, how: Work) {
  const keeper = new Keeper()
  try {
    const tables = await keeper.salvage(resolve(path), resolve(to), how)
    const workspace = await session.openWorkspace(to)
    return { workspace: infoOf(workspace), tables }
  } finally {
    await keeper.close()
  }
}
