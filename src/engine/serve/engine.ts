import { writeFileSync, rmSync } from 'node:fs'
import { createEngine, type EngineSession } from '../api/index.ts'
import { endOnFault } from '../base/faults.ts'
import { Log } from '../base/log.ts'
import { LogFile } from '../base/logFile.ts'
import { jobsIn } from '../jobs/index.ts'
import { Clients } from './clients.ts'
import { makeRunFolder, type Places } from './places.ts'
import { ownFiles } from './running.ts'

/** How often it is looked whether anything is left to do, and which workspace is open. */
const lookEveryMs = 1000

export interface ServeOptions {
  places: Places
  /** Opened at the start where it can be; clients are told why it cannot when they open it. */
  workspace: string | null
  /** Minutes without clients and jobs after which the engine ends. */
  idleMinutes: number
  /** Called when clients can come. */
  ready: () => void
  /** Ends the engine: the running batch is stored first. */
  signal: AbortSignal
}

/** Runs an engine for windows on other machines, until it has been idle for some time or is told to end. */
export async function serveEngine({
  places,
  workspace,
  idleMinutes,
  ready,
  signal,
}: ServeOptions): Promise<void> {
  makeRunFolder(places.run)
  const log = new Log(new LogFile(places.logs))
  const files = ownFiles(places.run)
  writeFileSync(files.state, JSON.stringify({ workspace }), { mode: 0o600 })
  const engine = await createEngine({
    log,
    stateFile: files.state,
    signersFile: places.signers,
    readsApart: true,
    thumbnailsAhead: true,
    checksAhead: true,
  })
  // A batch that never ends holds up an orderly end. What was stored is safe.
  const clients = new Clients(engine, log, () => process.exit(1))
  endOnFault(log, (problem, told) => {
    clients.tell(problem)
    setImmediate(told)
  })
  try {
    await clients.listen(files.socket)
    ready()
    const inUse = () => {
      clients.tellPlace()
      return clients.count > 0 || isBusy(engine.session)
    }
    await leftAlone(inUse, idleMinutes * 60_000, signal)
  } finally {
    clients.close()
    await engine.close()
    for (const file of Object.values(files)) rmSync(file, { force: true })
  }
}

/** Whether jobs are left to be done, or something made would be lost: a workspace that is not kept lives as long as its engine. */
function isBusy({ opened }: EngineSession): boolean {
  if (!opened) return false
  const { db, kept, readOnly } = opened.workspace
  if (readOnly !== null) return false
  return !kept || jobsIn(db, 'running').length > 0 || jobsIn(db, 'queued').length > 0
}

/** Resolves when nothing was in use for so long, or at the signal. */
function leftAlone(inUse: () => boolean, idleMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let since = Date.now()
    const look = () => {
      if (inUse()) since = Date.now()
      if (!signal.aborted && Date.now() - since < idleMs) return
      clearInterval(timer)
      resolve()
    }
    const timer = setInterval(look, Math.min(lookEveryMs, idleMs))
    signal.addEventListener('abort', look, { once: true })
  })
}
