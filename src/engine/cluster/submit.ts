import type { ClusterAttempt } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../workspace/index.ts'
import { takeBack } from './advance.ts'
import { nextSubmission, nodesToAvoid } from './decide.ts'
import { lastLine, type Host } from './host/index.ts'
import { jobName } from './paths.ts'
import { submitCommand } from './script.ts'
import type { OpenRun } from './store/runs.ts'
import { beginSubmission, nameSubmission, submissionsOf } from './store/submissions.ts'
import { saveUnit, triesOf, unitsIn, type StoredUnit } from './store/units.ts'

/** What sbatch says where the controller was asked and did not answer. It may have taken the array all the same. */
const unanswered = /timed out|zero bytes|receive failure/i
/** What sbatch says where the controller could not be asked. */
const away = /unable to contact slurm controller|connection refused|socket/i

/**
 * Submits the units of a run that wait, as many as may be in the queue now. What is submitted is stored first: a process that is
 * killed in between finds the array by its name, as one does that was not answered. What is refused waits for the next look where
 * an array of the run was taken before: the profile is right then, and limits of users and the cluster change.
 *
 * @returns why nothing could be submitted now; null where nothing hinders
 * @throws CLUSTER_FAILING where SLURM refuses the first array
 * @throws UNSUPPORTED where the host cannot be reached
 */
export async function submitWaiting(
  db: Db,
  host: Host,
  run: OpenRun,
  signal?: AbortSignal,
): Promise<string | null> {
  const inFlight = unitsIn(db, run.id, ['queued', 'running']).length
  const { profile } = run
  const waiting = unitsIn(db, run.id, ['waiting'], run.mostInArray)
  const next = nextSubmission(waiting.length, inFlight, profile.tasks, run.mostInArray)
  const units = waiting.slice(0, next.tasks)
  if (units.length === 0) return null
  const number = db.transaction(() => begin(db, run.id, units))()
  const submission = {
    folder: run.folder,
    token: jobName(run.token, number),
    number,
    tasks: units.length,
    atOnce: next.atOnce,
    avoid: nodesToAvoid(triesOf(db, run.id)),
  }
  const command = submitCommand(
    submission,
    units.map(({ name }) => name),
    profile,
  )
  const { code, out, err } = await host.run(command, { signal })
  const job = /^(\d+)(;.*)?$/.exec(out.trim())?.[1]
  if (code === 0 && job !== undefined) {
    nameSubmission(db, run.id, number, job)
    return null
  }
  const reason = lastLine(err.trim() || out)
  if (unanswered.test(err)) return `the controller of the cluster did not answer: ${reason}`
  db.transaction(() => takeBackAll(db, run.id, number))()
  if (away.test(err)) return `the controller of the cluster cannot be reached: ${reason}`
  if (submissionsOf(db, run.id).some(({ job: taken }) => taken !== null))
    return `sbatch refused the units, which are submitted again at the next look: ${reason}`
  throw new KernelscopeError('CLUSTER_FAILING', `sbatch refused the units: ${reason}`, {
    hint: 'Correct the profile, then resume the run.',
    details: err,
  })
}

function begin(db: Db, runId: number, units: readonly StoredUnit[]): number {
  const number = beginSubmission(db, runId)
  for (const [index, unit] of units.entries()) {
    const attempt: ClusterAttempt = { submission: number, index, node: '', reason: '', of: null }
    saveUnit(db, unit.id, 'queued', [...unit.attempts, attempt])
  }
  return number
}

/** Lets the units of an array that was refused wait again, as if they had not been submitted. */
function takeBackAll(db: Db, runId: number, number: number): void {
  for (const unit of unitsIn(db, runId, ['queued']))
    if (unit.attempts.at(-1)?.submission === number) takeBack(db, unit)
}
