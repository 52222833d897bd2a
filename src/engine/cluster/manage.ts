import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { temporaryFolder } from '../base/temporary.ts'
import type { Db } from '../workspace/index.ts'
import { hostOf } from './host/index.ts'
import { asked } from './prepare.ts'
import { listProfiles } from './profiles.ts'
import { quoted } from './quote.ts'
import { deleteRun, getOpenRun, listRuns, setRunState, type OpenRun } from './store/runs.ts'
import { saveUnit, unitNamed, unitsIn } from './store/units.ts'

/**
 * Lets the units of a run that was cancelled or has failed wait again. What was merged is not computed again.
 *
 * @throws CLUSTER_RUN where there is no such run, or it is not over
 * @throws UNSUPPORTED, FILE_MISSING where its folder cannot be reached or is not there any more
 */
export async function resumeRun({ db }: { db: Db }, id: number, signal?: AbortSignal): Promise<void> {
  const run = getOpenRun(db, id, listProfiles())
  if (run.state !== 'failed' && run.state !== 'cancelled')
    throw new KernelscopeError(
      'CLUSTER_RUN',
      `cluster run ${id} is ${run.state}; it must be failed or cancelled`,
      {
        hint: 'Wait until it is over, or cancel it.',
      },
    )
  const host = hostOf(run.profile)
  const { out } = await asked(host, `[ -r ${quoted(`${run.folder}/plan`)} ] && echo there; exit 0`, signal)
  if (out.trim() !== 'there')
    throw new KernelscopeError('FILE_MISSING', `the folder of the run is not there any more: ${run.folder}`, {
      hint: 'Submit the study again: what was merged is not computed again.',
    })
  db.transaction(() => {
    // Someone has seen why they failed, and tries again.
    for (const unit of unitsIn(db, id, ['cancelled'])) saveUnit(db, unit.id, 'waiting', [])
    setRunState(db, id, 'running')
  })()
}

/** Lines of a log that are shown, and most bytes of them. */
const [shownLines, shownBytes] = [200, 65_536]

/**
 * The last lines that the last task of a unit wrote.
 *
 * @throws CLUSTER_RUN where there is no such run or unit, or it was not submitted yet
 */
export async function logOf(
  db: Db,
  id: number,
  name: string,
  signal?: AbortSignal,
): Promise<{ path: string; text: string }> {
  const run = getOpenRun(db, id, listProfiles())
  const last = unitNamed(db, id, name)?.attempts.at(-1)
  if (!last)
    throw new KernelscopeError('CLUSTER_RUN', `unit ${name} of cluster run ${id} was not submitted yet`)
  const path = `${run.folder}/log/${last.submission}.${last.index}`
  const host = hostOf(run.profile)
  const { code, out } = await host.run(
    `tail -n ${shownLines} ${quoted(path)} 2> /dev/null | tail -c ${shownBytes}; [ -r ${quoted(path)} ]`,
    { signal },
  )
  return { path, text: code === 0 ? out : '' }
}

/** Removes all runs that are over from the list, with their folders where those can be reached. Facts stay. */
export async function clearRuns(db: Db, signal?: AbortSignal): Promise<void> {
  const profiles = listProfiles()
  for (const { id } of listRuns(db).filter(({ finishedAt }) => finishedAt !== null)) {
    const run = ifThere(() => getOpenRun(db, id, profiles))
    await (run &&
      hostOf(run.profile)
        .run(`rm -rf ${quoted(run.folder)}`, { signal })
        .catch(() => undefined))
    signal?.throwIfAborted()
    deleteRun(db, id)
  }
}

/** null where the profile of a run has gone. */
function ifThere<T>(get: () => T): T | null {
  try {
    return get()
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'CLUSTER_PROFILE') return null
    throw error
  }
}

/** Copies a file of a run to this machine while something works with it. */
export async function withFile<T>(
  run: Pick<OpenRun, 'profile' | 'folder'>,
  name: string,
  work: (file: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const folder = temporaryFolder('cluster')
  try {
    const file = join(folder, name)
    await hostOf(run.profile).fetch(`${run.folder}/${name}`, file, { signal })
    return await work(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
