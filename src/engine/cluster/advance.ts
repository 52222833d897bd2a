import type { ClusterAttempt } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Db } from '../workspace/index.ts'
import { decide, type Decision } from './decide.ts'
import { mostMissed, outcomeOf, type Outcome } from './outcome.ts'
import { jobName } from './paths.ts'
import { phaseOf, type RunFiles, type Seen, type TaskState } from './queue.ts'
import type { OpenRun } from './store/runs.ts'
import { nameSubmission, submissionsOf } from './store/submissions.ts'
import { anyDone, insertUnits, saveUnit, unitsIn, type NewUnit, type StoredUnit } from './store/units.ts'

/** A unit that is with SLURM, with what was seen of its task. */
export interface InFlight {
  unit: StoredUnit
  attempt: ClusterAttempt
  /** "submission.index": the name of its log and of what says how it ended. */
  place: string
  /** What SLURM says; undefined where it does not know the task. */
  task: TaskState | undefined
  /** Whether SLURM is known to have taken its array. */
  taken: boolean
}

/** Lists the units of a run that are with SLURM, with what SLURM says of each. Stores the id of an array that is seen first here. */
export function inFlight(db: Db, run: OpenRun, tasks: Seen['tasks']): InFlight[] {
  const jobs = new Map(submissionsOf(db, run.id).map(({ number, job }) => [number, job]))
  return unitsIn(db, run.id, ['queued', 'running']).flatMap((unit) => {
    const attempt = unit.attempts.at(-1)
    if (!attempt) return []
    const place = `${attempt.submission}.${attempt.index}`
    const task = tasks?.get(`${jobName(run.token, attempt.submission)}.${attempt.index}`)
    if (task && jobs.get(attempt.submission) === null) {
      nameSubmission(db, run.id, attempt.submission, task.job)
      jobs.set(attempt.submission, task.job)
    }
    return [{ unit, attempt, place, task, taken: jobs.get(attempt.submission) !== null }]
  })
}

/** Looks in a row at which a task had left the queue and nothing else, by unit id. */
export type Missed = Map<number, number>

/**
 * Says how the tasks ended that left no pack. Those that go on, or of which that is not certain, are left out: all of them while
 * the controller is away, since only it knows why a task was ended.
 */
export function endsOf(
  flying: readonly InFlight[],
  { tasks }: Seen,
  files: RunFiles | undefined,
  complaints: ReadonlyMap<string, string>,
  { missed, cancelling }: { missed: Missed; cancelling: boolean },
): { flight: InFlight; outcome: Outcome | 'not taken' }[] {
  if (tasks === null) return []
  return flying.flatMap((flight) => {
    const { unit, place, task, taken } = flight
    const end = files?.ends.get(place)
    const over = task === undefined || phaseOf(task.state) === 'ended' || end !== undefined
    const count = over ? (missed.get(unit.id) ?? 0) + 1 : 0
    missed.set(unit.id, count)
    const complaint = complaints.get(place) ?? ''
    const notTaken = !taken && !cancelling && !task && !end && count >= mostMissed
    const outcome = notTaken ? 'not taken' : outcomeOf({ task, end, missed: count, complaint, cancelling })
    if (outcome) missed.delete(unit.id)
    return outcome ? [{ flight, outcome }] : []
  })
}

/** Stores that tasks have started. Returns whether any has. */
export function noteStarted(db: Db, flying: readonly InFlight[]): boolean {
  let changed = false
  for (const { unit, attempt, task } of flying) {
    const runs = task !== undefined && phaseOf(task.state) === 'running'
    if (!runs || (unit.state === 'running' && attempt.node === task.node)) continue
    saveUnit(db, unit.id, 'running', [...unit.attempts.slice(0, -1), { ...attempt, node: task.node }])
    changed = true
  }
  return changed
}

/** Lets a unit wait again whose array SLURM never took, as if it had not been submitted. */
export const takeBack = (db: Db, unit: StoredUnit): void =>
  saveUnit(db, unit.id, 'waiting', unit.attempts.slice(0, -1))

/** What is done with a unit whose task ended without a pack, and what that needs to know. */
export interface Deciding {
  /** The halves of a unit; null where it cannot be divided. */
  halves: (name: string) => readonly NewUnit[] | null
  /** Whether the run is being cancelled, so that nothing is tried again. */
  cancelling: boolean
}

/**
 * Stores how a task ended and what comes of its unit. Returns the decision; `fail` and `stop` are carried out by who asked.
 */
export function settle(
  db: Db,
  run: OpenRun,
  { unit, attempt }: Pick<InFlight, 'unit' | 'attempt'>,
  outcome: Outcome & { node?: string },
  { halves, cancelling }: Deciding,
): Decision {
  const { reason, of, node = attempt.node } = outcome
  const attempts = [...unit.attempts.slice(0, -1), { ...attempt, node, reason, of }]
  const parts = halves(unit.name)
  const decision: Decision = cancelling
    ? { do: 'cancel', reason }
    : decide(
        { images: unit.images, part: /[ab]$/.test(unit.name), divisible: parts !== null, attempts },
        { anyDone: anyDone(db, run.id), failing: failingOf(db, run.id) },
      )
  const state = {
    again: 'waiting',
    split: 'split',
    fail: 'queued',
    stop: 'cancelled',
    cancel: 'cancelled',
  } as const
  db.transaction(() => {
    saveUnit(db, unit.id, state[decision.do], attempts)
    if (decision.do === 'split') insertUnits(db, run.id, parts ?? [])
  })()
  return decision
}

/** How many units of a run were halved. */
const failingOf = (db: Db, runId: number): number =>
  Number(
    db
      .prepare(
        `SELECT count(*) FROM cluster_unit WHERE run_id = ? AND state = 'split' AND name NOT GLOB '*[ab]'`,
      )
      .pluck()
      .get(runId),
  )

/** The error of a run that is stopped, since others of its units would end in the same way. */
export const failing = (reason: string): KernelscopeError =>
  new KernelscopeError('CLUSTER_FAILING', `the run was stopped: ${reason}`)
