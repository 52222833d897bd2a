import {
  errorShape,
  job as jobSchema,
  type Job,
  type JobProgress,
  type JobState,
} from '#shared/contract/index.ts'
import { z } from 'zod'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { soundRows, storedJson, storedValue, type Db, type OnDamaged } from '../workspace/index.ts'

interface JobRow {
  id: number
  kind: string
  title: string
  study_id: number | null
  dataset_id: number | null
  model_id: number | null
  state: string
  position: number
  options: string | null
  progress: string
  problem: string | null
  created_at: number
  started_at: number | null
  finished_at: number | null
}

/** A job to be queued. */
export interface NewJob {
  kind: Job['kind']
  title: string
  studyId?: number
  datasetId?: number
  modelId?: number
  /** What it is asked besides, as a plain object; of a study, `until`. */
  options?: object
  /** The progress of a job that has ended already. */
  ended?: JobProgress
}

/** Progress of a job that was not started. */
export const noProgress: JobProgress = {
  done: 0,
  total: 0,
  unit: 'images',
  perSecond: null,
  secondsLeft: null,
  note: '',
  failed: 0,
  cacheHits: 0,
}

const fromRow = (row: JobRow): Job =>
  storedValue(
    jobSchema,
    {
      id: row.id,
      kind: row.kind,
      title: row.title,
      studyId: row.study_id,
      datasetId: row.dataset_id,
      modelId: row.model_id,
      state: row.state,
      position: row.position,
      progress: storedJson(jobSchema.shape.progress, row.progress, `the progress of job ${row.id}`),
      problem:
        row.problem === null ? null : storedJson(errorShape, row.problem, `the problem of job ${row.id}`),
      ...(row.kind === 'study' && row.options !== null
        ? storedJson(z.record(z.string(), z.unknown()), row.options, `the options of job ${row.id}`)
        : {}),
      createdAt: row.created_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
    },
    `job ${row.id}`,
  )

/** Stores a job at the end of the queue, or one that has ended. */
export function insertJob(db: Db, job: NewJob): Job {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO job (kind, title, study_id, dataset_id, model_id, options, state, progress, created_at, position)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM job))`,
    )
    .run(
      job.kind,
      job.title,
      job.studyId ?? null,
      job.datasetId ?? null,
      job.modelId ?? null,
      job.options === undefined ? null : JSON.stringify(job.options),
      job.ended ? 'done' : 'queued',
      JSON.stringify(job.ended ?? noProgress),
      Date.now(),
    )
  return getJob(db, Number(lastInsertRowid))
}

/** What a job is asked besides its study, dataset or model; null where it is nothing. */
export function optionsOf(db: Db, id: number): unknown {
  const text = db.prepare<[number], string | null>('SELECT options FROM job WHERE id = ?').pluck().get(id)
  return text == null ? null : storedJson(z.unknown(), text, `the options of job ${id}`)
}

/**
 * Reads a job.
 *
 * @throws JOB_NOT_FOUND where it does not exist
 */
export function getJob(db: Db, id: number): Job {
  const row = db.prepare<[number], JobRow>('SELECT * FROM job WHERE id = ?').get(id)
  if (!row) throw new KernelscopeError('JOB_NOT_FOUND', `no job with id ${id}`)
  return fromRow(row)
}

/** Jobs whose study, dataset or model was removed. */
const ofRemoved = ['study', 'dataset', 'model']
  .map((of) => `${of}_id IN (SELECT id FROM ${of} WHERE removal_id IS NOT NULL)`)
  .map((test) => `coalesce(${test}, 0)`)
  .join(' OR ')

/** Lists jobs, the newest first; all of them where `limit` is -1. Damaged rows are left out. */
export function listJobs(db: Db, limit: number, onDamaged?: OnDamaged): Job[] {
  const rows = db
    .prepare<[number], JobRow>(`SELECT * FROM job WHERE NOT (${ofRemoved}) ORDER BY id DESC LIMIT ?`)
    .all(limit)
  return soundRows(rows, fromRow, onDamaged)
}

/** Lists the jobs that have a state, in the order of the queue. Damaged rows are left out. */
export function jobsIn(db: Db, state: JobState, onDamaged?: OnDamaged): Job[] {
  const rows = db
    .prepare<[string], JobRow>('SELECT * FROM job WHERE state = ? ORDER BY position, id')
    .all(state)
  return soundRows(rows, fromRow, onDamaged)
}

/** Stores that a job failed whose row cannot be read. */
export function failDamagedJob(db: Db, id: number, problem: ErrorShape): void {
  db.prepare("UPDATE job SET state = 'failed', problem = ?, finished_at = ?, in_flight = 0 WHERE id = ?").run(
    JSON.stringify(problem),
    Date.now(),
    id,
  )
}

/** Puts the queued jobs among `ids` first, in this order, and returns all queued jobs. Ignores ids of other jobs. */
export function reorderJobs(db: Db, ids: readonly number[]): Job[] {
  const queued = jobsIn(db, 'queued').map((job) => job.id)
  const wanted = [...new Set(ids)].filter((id) => queued.includes(id))
  const order = [...wanted, ...queued.filter((id) => !wanted.includes(id))]
  const set = db.prepare('UPDATE job SET position = ? WHERE id = ?')
  db.transaction(() => order.forEach((id, place) => set.run(place + 1, id)))()
  return jobsIn(db, 'queued')
}

/** Lists the queued, running and paused jobs of a study, of a model, or of a dataset and its studies. Damaged rows are left out. */
export function openJobsOf(
  db: Db,
  of: { studyId: number } | { datasetId: number } | { modelId: number },
): Job[] {
  const [which, id] =
    'studyId' in of
      ? ['study_id = :id', of.studyId]
      : 'modelId' in of
        ? ['model_id = :id', of.modelId]
        : ['(dataset_id = :id OR study_id IN (SELECT id FROM study WHERE dataset_id = :id))', of.datasetId]
  const rows = db
    .prepare<[{ id: number }], JobRow>(
      `SELECT * FROM job WHERE state IN ('queued', 'running', 'paused') AND ${which} ORDER BY position, id`,
    )
    .all({ id })
  return soundRows(rows, fromRow)
}

/** Reads the newest job of a study; null where it has none. */
export function latestJobOfStudy(db: Db, studyId: number): Job | null {
  const row = db
    .prepare<[number], JobRow>('SELECT * FROM job WHERE study_id = ? ORDER BY id DESC LIMIT 1')
    .get(studyId)
  return row ? fromRow(row) : null
}

/** Stores the state of a job, with the times of its start and end. */
export function setJobState(db: Db, id: number, state: JobState, problem: ErrorShape | null = null): Job {
  const now = Date.now()
  const over = state === 'done' || state === 'failed' || state === 'cancelled'
  db.prepare(
    `UPDATE job SET state = ?, problem = ?, finished_at = ?,
       started_at = CASE WHEN ? = 'running' AND started_at IS NULL THEN ? ELSE started_at END WHERE id = ?`,
  ).run(state, problem ? JSON.stringify(problem) : null, over ? now : null, state, now, id)
  return getJob(db, id)
}

/** Stores the progress of a job. `moved` resets its crashes, since it got further than they did. */
export function setJobProgress(db: Db, id: number, progress: JobProgress, moved: boolean): Job {
  db.prepare(`UPDATE job SET progress = ?${moved ? ', crashes = 0' : ''} WHERE id = ?`).run(
    JSON.stringify(progress),
    id,
  )
  return getJob(db, id)
}

/** Stores whether a crash of the engine may be caused by the job. */
export function setInFlight(db: Db, id: number, inFlight: boolean): void {
  db.prepare('UPDATE job SET in_flight = ? WHERE id = ?').run(inFlight ? 1 : 0, id)
}

/** Counts a crash of the engine, if the job was in flight. */
export function countCrash(db: Db, id: number): void {
  db.prepare('UPDATE job SET crashes = crashes + in_flight, in_flight = 0 WHERE id = ?').run(id)
}

/** Forgets the crashes that a job was in flight for. */
export function forgetCrashes(db: Db, id: number): void {
  db.prepare('UPDATE job SET crashes = 0, in_flight = 0 WHERE id = ?').run(id)
}

/** Returns the number of crashes in flight since the job last made progress. */
export function crashesOf(db: Db, id: number): number {
  return Number(db.prepare('SELECT crashes FROM job WHERE id = ?').pluck().get(id))
}

/** Deletes jobs that are done, failed or cancelled, except the newest job of each study. */
export function clearFinishedJobs(db: Db): void {
  db.prepare(
    `DELETE FROM job WHERE state IN ('done', 'failed', 'cancelled')
       AND (study_id IS NULL OR id NOT IN (SELECT max(id) FROM job WHERE study_id IS NOT NULL GROUP BY study_id))`,
  ).run()
}
