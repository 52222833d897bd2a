import { resolve } from 'node:path'
import type { Damage, VerifyReport, WorkProgress } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { jobsIn } from '../../jobs/index.ts'
import { emptyParts, heal, Keeper } from '../../workspace/index.ts'
import { mayChange } from '../session/openWorkspace.ts'
import type { EngineSession } from '../session/session.ts'

interface VerifyRequest {
  path?: string | undefined
  heal: boolean
}

/**
 * Checks a workspace in a thread of its own, and heals the open one where that is asked for.
 *
 * @throws WORKSPACE_CLOSED where none is named and none is open
 * @throws UNSUPPORTED where another workspace than the open one shall be healed
 * @throws WORKSPACE_READONLY, JOB_STATE where the open one is only read, or a job runs
 * @throws WORKSPACE_CORRUPT and others where the file is no database of a workspace
 */
export async function* verifyWorkspace(
  session: EngineSession,
  { path, heal: heals }: VerifyRequest,
  signal?: AbortSignal,
): AsyncGenerator<WorkProgress | { type: 'result'; result: VerifyReport }, void, undefined> {
  const place = path === undefined ? session.open().workspace.path : resolve(path)
  if (heals) checkHealing(session, place)
  const keeper = new Keeper()
  try {
    const { damages, steps } = yield* followed(keeper, place, signal)
    const shown = path === undefined ? session.open().workspace.place : place
    const report = { path: shown, steps, damages }
    if (!heals) return yield { type: 'result', result: { ...report, healed: null } }
    checkHealing(session, place)
    const { workspace } = session.open()
    const forgotten = heal(workspace.db, damages)
    const graphBytes = emptyParts(workspace, ['graphs'])
    const left = damages.length === 0 ? [] : (yield* followed(keeper, place, signal)).damages
    yield { type: 'result', result: { ...report, healed: { forgotten, graphBytes, left } } }
  } finally {
    await keeper.close()
  }
}

async function* followed(
  keeper: Keeper,
  place: string,
  signal?: AbortSignal,
): AsyncGenerator<WorkProgress, { damages: Damage[]; steps: string[] }, undefined> {
  const check = keeper.verify(place, signal)
  for (;;) {
    const next = await check.next()
    if (next.done) return next.value
    const { step, done, total } = next.value
    yield { type: 'progress', done, total, unit: 'parts', note: `Checking ${step}` }
  }
}

function checkHealing(session: EngineSession, place: string): void {
  const opened = session.opened
  if (!opened?.workspace.isAt(place))
    throw new KernelscopeError('UNSUPPORTED', `only the open workspace is healed: ${place}`)
  mayChange(opened)
  const [running] = jobsIn(opened.workspace.db, 'running')
  if (running) throw new KernelscopeError('JOB_STATE', `${running.title} is running`)
}
