export { asWorkspaceError, type Db } from './database.ts'
export { cacheParts, emptyParts, trimCache } from './cache.ts'
export { createWorkspace, openWorkspace, type Workspace } from './workspace.ts'
