import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { listRuns } from '../../cluster/index.ts'
import { listDatasets, listSubsets } from '../../datasets/index.ts'
import { listCompositions } from '../../figures/index.ts'
import { listJobs } from '../../jobs/index.ts'
import { listModels } from '../../models/index.ts'
import { listStudies } from '../../studies/index.ts'
import { changesSeen, type Db, type OnDamaged, type Workspace } from '../../workspace/index.ts'

const lists: readonly [one: string, many: string, read: (db: Db, onDamaged: OnDamaged) => unknown][] = [
  ['model', 'models', listModels],
  ['dataset', 'datasets', listDatasets],
  ['study', 'studies', listStudies],
  ['job', 'jobs', (db, onDamaged) => listJobs(db, -1, onDamaged)],
  ['cluster run', 'cluster runs', (db, onDamaged) => listRuns(db, undefined, onDamaged)],
  ['composed figure', 'composed figures', listCompositions],
  ['subset', 'subsets', (db, onDamaged) => listSubsets(db, undefined, onDamaged)],
]

/** What a list leaves out: "2 studies", or "all studies" where it cannot be read at all; and why. */
interface LeftOut {
  list: string
  text: string
  errors: unknown[]
}

/** What was found last, and the count of changes then. */
const found = new WeakMap<Db, { changes: string; leftOut: LeftOut[] }>()

/** Returns what the lists of a workspace leave out since it is damaged. Reads them where something has changed. */
export function damagedRows(db: Db): LeftOut[] {
  const changes = changesSeen(db)
  const last = found.get(db)
  if (last?.changes === changes) return last.leftOut
  const leftOut = readLists(db)
  found.set(db, { changes, leftOut })
  return leftOut
}

function readLists(db: Db): LeftOut[] {
  return lists.flatMap(([one, many, read]): LeftOut[] => {
    const errors: unknown[] = []
    try {
      read(db, (_id, error) => errors.push(error))
    } catch (error) {
      return [{ list: many, text: `all ${many}`, errors: [error] }]
    }
    return errors.length === 0
      ? []
      : [{ list: many, text: `${errors.length} ${errors.length === 1 ? one : many}`, errors }]
  })
}

/** Describes an open workspace, with a warning of the rows that its lists leave out. */
export function infoOf(workspace: Workspace): WorkspaceInfo {
  const info = workspace.info()
  const leftOut = damagedRows(workspace.db).map(({ list, text: rows }) => ({ list, rows }))
  if (leftOut.length === 0) return info
  const warning = `Damaged and left out of lists: ${leftOut.map(({ rows }) => rows).join(', ')}. Verify the workspace, then heal it or restore a backup.`
  return { ...info, warnings: [...info.warnings, warning], leftOut }
}
