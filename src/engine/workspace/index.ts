export { asWorkspaceError, type Db } from './database.ts'
export { createWorkspace, openWorkspace, type Workspace } from './workspace.ts'
