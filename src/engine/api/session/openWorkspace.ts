import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { keepListsIn } from '../../archives/index.ts'
import type { Log } from '../../base/log.ts'
import { ClusterWatch, clusterWork } from '../../cluster/index.ts'
import { Browser, removeLostFiles } from '../../datasets/index.ts'
import { JobQueue, type JobContext } from '../../jobs/index.ts'
import { ownReader, threadReader, type Reader } from '../../studies/index.ts'
import { recordOrigins } from '../../models/index.ts'
import {
  asWorkspaceError,
  isLink,
  listsIn,
  sweepRemovals,
  trimCache,
  type Workspace,
} from '../../workspace/index.ts'
import { damagedRows } from './damagedRows.ts'
import { DailyBackup } from './dailyBackup.ts'
import { ReadAhead } from './readAhead.ts'
import { SelfChecks } from './selfChecks.ts'
import { readSettings } from './settings.ts'

/** An open workspace with its job queue, what looks after its runs on clusters, what reads it, and its self-checks. */
export interface OpenWorkspace {
  workspace: Workspace
  jobs: JobQueue
  clusters: ClusterWatch
  browser: Browser
  reader: Reader
  /** null where another program keeps what is read, or where it is read in this thread. */
  ahead: ReadAhead | null
  checks: SelfChecks
  backup: DailyBackup
}

/**
 * Does nothing where the open workspace may be changed, or where none is open.
 *
 * @throws WORKSPACE_READONLY where it is only read
 */
export function mayChange(opened: OpenWorkspace | null): void {
  const workspace = opened?.workspace
  if (workspace?.readOnly != null)
    throw new KernelscopeError('WORKSPACE_READONLY', `the workspace is only read: ${workspace.place}`)
}

/** What works beside an open workspace needs. */
interface Beside {
  log: Log
  /** Whether studies are read in threads of their own. */
  readsApart: boolean
  run: (context: JobContext) => Promise<void>
}

/** Sets up what works on a workspace. Its jobs do not start yet. */
export function workOn(workspace: Workspace, { log, readsApart, run }: Beside): OpenWorkspace {
  keepLists(workspace)
  const jobs = new JobQueue(workspace.db, run, (error) =>
    log.write('warning', 'a job is damaged, or its state could not be stored', toErrorShape(error)),
  )
  const clusters = new ClusterWatch(clusterWork(workspace, log))
  const reader = readsApart ? threadReader(workspace) : ownReader(workspace)
  return {
    workspace,
    jobs,
    clusters,
    browser: new Browser(workspace.path),
    reader,
    ahead: readsApart && workspace.readOnly === null ? new ReadAhead(jobs, clusters, reader) : null,
    checks: new SelfChecks(workspace, log),
    backup: new DailyBackup(workspace, log),
  }
}

/** Ends what works on a workspace, after its running job has stored its results, and closes it. */
export async function endWork(
  { workspace, jobs, clusters, browser, reader, ahead, checks, backup }: OpenWorkspace,
  log: Log,
): Promise<void> {
  ahead?.close()
  await checks.close()
  await clusters.close()
  await jobs.close()
  await browser.close()
  await reader.close()
  await backup.close()
  await carryOutRemovals(workspace).catch((error: unknown) =>
    log.write(
      'warning',
      'what was removed is deleted when the workspace is opened again',
      toErrorShape(error),
    ),
  )
  workspace.close()
  keepLists(null)
}

/** Keeps lists of archives in a workspace from now on; in none where it is only read, or that folder is a link. */
function keepLists(workspace: Workspace | null): void {
  const folder = workspace?.readOnly === null ? listsIn(workspace.path) : null
  keepListsIn(folder === null || isLink(folder) ? null : folder)
}

/** Deletes for good what was removed. Ended in between, it goes on when the workspace is opened the next time. */
async function carryOutRemovals(workspace: Workspace): Promise<void> {
  sweepRemovals(workspace.db)
  await removeLostFiles(workspace)
}

/** Starts the queue, looks after runs on clusters, and reads ahead. Where that fails, the workspace can still be looked at. */
export function startJobs({ jobs, clusters, ahead }: OpenWorkspace, rests: boolean, log: Log): void {
  try {
    jobs.start(rests)
    if (rests) return
    clusters.start()
    ahead?.soon()
  } catch (error) {
    log.write('warning', 'jobs do not run', toErrorShape(error))
  }
}

/**
 * Brings a workspace that was just opened into order: carries out removals that were left, frees what its cache has over
 * its limit, and finds out where the preprocessing of models of earlier versions comes from. Warnings of the workspace are
 * logged, and what is left undone for a damaged row, which keeps nobody from looking at the others.
 *
 * @throws any other error; the workspace is closed then
 */
export async function tidied(
  workspace: Workspace,
  overrides: Partial<Settings> | undefined,
  log: Log,
): Promise<Workspace> {
  const { cacheMebibytes } = { ...readSettings(workspace.db), ...overrides }
  const steps: [string, () => void | Promise<void>][] = [
    ['what was removed was not deleted', () => carryOutRemovals(workspace)],
    ['the cache was not trimmed', () => trim(workspace, cacheMebibytes * 2 ** 20, log)],
    ['origins of preprocessings were not recorded', () => recordOrigins(workspace.db)],
  ]
  try {
    for (const warning of workspace.info().warnings) log.write('warning', warning)
    for (const { text, errors } of damagedRows(workspace.db))
      for (const error of errors)
        log.write('warning', `damaged and left out of lists: ${text}`, toErrorShape(error))
    for (const [undone, work] of steps) await unlessDamaged(work, undone, log)
    return workspace
  } catch (error) {
    workspace.close()
    throw asWorkspaceError(error, workspace.db.name)
  }
}

async function unlessDamaged(work: () => void | Promise<void>, undone: string, log: Log): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof KernelscopeError && error.code === 'WORKSPACE_CORRUPT')) throw error
    log.write('warning', `${undone} when the workspace was opened`, toErrorShape(error))
  }
}

/** @param limit bytes that the cache may take */
function trim(workspace: Workspace, limit: number, log: Log): void {
  const freed = trimCache(workspace, limit)
  if (freed > 0)
    log.write('info', `the cache was over its limit: ${Math.round(freed / 2 ** 20)} MiB were freed`)
}
