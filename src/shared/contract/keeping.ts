import { oc } from '@orpc/contract'
import { z } from 'zod'
import { workspaceInfo } from './workspaceInfo.ts'

export const workspaceBackup = z.object({
  /** Its file name, which names it. */
  name: z.string(),
  path: z.string(),
  /**
   * Why it was made: once a day of use, because someone asked, before a migration of the schema, or before something took the
   * database's place.
   */
  reason: z.enum(['daily', 'asked', 'schema', 'replaced']),
  /** When it was made, in milliseconds since 1970. */
  at: z.int(),
  bytes: z.int(),
})

/** Requests that keep a workspace safe. `path` names one that need not be open; the open one where it is left out. */
export const keeping = {
  /** Backups of a workspace, the newest first. */
  backups: oc.input(z.object({ path: z.string().optional() })).output(z.array(workspaceBackup)),
  /** Makes a backup of the open workspace now. */
  backUp: oc.output(workspaceBackup),
  /** Puts a backup in the place of the database, after the present one was kept as a backup, and opens the workspace. */
  restore: oc.input(z.object({ path: z.string().optional(), name: z.string() })).output(workspaceInfo),
  /** Moves the folder of the open workspace to a new or empty folder, and corrects the stored paths inside it. */
  move: oc.input(z.object({ to: z.string() })).output(workspaceInfo),
}

export type WorkspaceBackup = z.infer<typeof workspaceBackup>
