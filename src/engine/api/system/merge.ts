import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { MergePlan, MergeReport } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { countMergeable } from '../../facts/index.ts'
import { attach, Keeper, openReadOnly, sweepRemovals, type Workspace } from '../../workspace/index.ts'
import type { EngineSession } from '../session/session.ts'
import type { Work } from '../session/worked.ts'
import { addWorkspace, planned } from './mergeSteps.ts'

/**
 * Adds what the workspace in a folder holds to the open one. The other workspace is only read. Where it is stopped, or the engine is
 * killed, facts that came stay, all else comes in one transaction, and doing it again goes on.
 *
 * @throws UNSUPPORTED where it is the open one
 * @throws WORKSPACE_CORRUPT where the other one is damaged in what a new measurement does not bring back
 * @throws WORKSPACE_CLOSED where none is open or it is closed meanwhile; CANCELLED where the signal is aborted
 * @throws the errors of `openReadOnly`
 */
export async function mergeInto(
  session: EngineSession,
  from: string,
  { signal, onProgress }: Work,
): Promise<MergeReport> {
  const { workspace, ahead } = session.open()
  onProgress(0, 0, 'parts', 'Opening the other workspace')
  const other = await opened(workspace, from)
  try {
    await check(other, { signal, onProgress })
    const parts = await addWorkspace(workspace, other, {
      onProgress,
      queue: (store) => session.stillOpen(workspace).jobs.addAll(store),
      mayGoOn() {
        session.stillOpen(workspace)
        if (signal.aborted)
          throw new KernelscopeError('CANCELLED', 'adding the workspace was stopped; what came stays')
      },
    })
    return { from: other.place, parts }
  } finally {
    other.close()
    ahead?.soon()
  }
}

/**
 * Says what `mergeInto` would do, without reading facts. Nothing is changed.
 *
 * @throws as `mergeInto`
 */
export async function planMerge(session: EngineSession, from: string): Promise<MergePlan> {
  const { workspace } = session.open()
  const other = await opened(workspace, from)
  try {
    session.stillOpen(workspace)
    const file = join(other.path, 'workspace.sqlite')
    const detach = attach(workspace.db, file)
    try {
      const { predictions, measurements } = countMergeable(workspace.db)
      const parts = planned(workspace.db, other)
      return { from: other.place, parts, bytes: statSync(file).size, predictions, measurements }
    } finally {
      detach()
    }
  } finally {
    other.close()
  }
}

async function opened(workspace: Workspace, from: string): Promise<Workspace> {
  if (workspace.isAt(from))
    throw new KernelscopeError('UNSUPPORTED', `a workspace cannot be merged into itself: ${resolve(from)}`)
  const other = await openReadOnly(from, 'It is added to another one.')
  sweepRemovals(other.db)
  return other
}

/** Checks all but the facts, of which each is checked by itself. */
async function check(other: Workspace, { signal, onProgress }: Work): Promise<void> {
  const keeper = new Keeper()
  try {
    const steps = keeper.verify(other.path, signal, false)
    for (;;) {
      const next = await steps.next()
      if (next.done) {
        const lost = next.value.damages.find(({ heals }) => heals === 'no')
        if (!lost) return
        throw new KernelscopeError(
          'WORKSPACE_CORRUPT',
          `the other workspace is damaged: ${lost.step}: ${lost.message}`,
          { hint: 'Restore a backup of it, or salvage it, and add that.' },
        )
      }
      const { done, total } = next.value
      onProgress(done, total, 'parts', 'Checking the other workspace')
    }
  } finally {
    await keeper.close()
  }
}
