import { join } from 'node:path'
import { createWorkspace, type Workspace } from '../workspace/index.ts'

/** Creates a workspace in a temporary folder, for work that is begun anew after a loss of power: nothing waits for the disk. */
export function scratchWorkspace(folder: string): Workspace {
  const workspace = createWorkspace(join(folder, 'workspace'))
  workspace.db.pragma('synchronous = OFF')
  return workspace
}
