export { asWorkspaceError, type Db } from './database.ts'
export { cacheParts, emptyParts, trimCache } from './cache.ts'
export {
  createWorkspace,
  openWorkspace,
  readWorkspace,
  type ReadWorkspace,
  type Workspace,
  type WorkspaceFiles,
} from './workspace.ts'
