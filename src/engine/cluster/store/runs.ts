import { z } from 'zod'
import { clusterRun, errorShape, type ClusterProfile, type ClusterRun } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import {
  present,
  soundRows,
  storedJson,
  storedValue,
  type Db,
  type OnDamaged,
} from '../../workspace/index.ts'
import { runFolder } from '../paths.ts'
import { countsOf, reasonsOf, secondsLeftOf } from './sums.ts'

interface RunRow {
  id: number
  study_id: number
  token: string
  profile: string
  host: string | null
  folder: string
  plan: string
  most_in_array: number
  state: string
  note: string | null
  problem: string | null
  added: number
  known: number
  created_at: number
  finished_at: number | null
}

/** A run as it is worked on, with the profile of the person that it names. */
export interface OpenRun {
  id: number
  studyId: number
  /** Name of its jobs, by which they are found even where their ids are not known. */
  token: string
  profile: ClusterProfile
  /** On the cluster. */
  folder: string
  /** Digest of its plan. */
  plan: string
  mostInArray: number
  state: ClusterRun['state']
  createdAt: number
}

/** A run to be stored. */
export type NewRun = Pick<OpenRun, 'studyId' | 'token' | 'profile' | 'plan' | 'mostInArray'>

/** Stored tokens are parts of commands and of paths. */
const tokenSchema = z.string().regex(/^ks[0-9a-f]{10}$/)

/** The profile of a run; null where the person has none of its name with the same host and folder. */
const profileOf = ({ profile, host, folder }: RunRow, profiles: readonly ClusterProfile[]) =>
  profiles.find((one) => one.name === profile && one.host === host && one.folder === folder) ?? null

function openRun(row: RunRow, profiles: readonly ClusterProfile[]): OpenRun | null {
  const profile = profileOf(row, profiles)
  const token = storedValue(tokenSchema, row.token, `the name of cluster run ${row.id}`)
  return (
    profile && {
      id: row.id,
      studyId: row.study_id,
      token,
      profile,
      folder: runFolder(profile, token),
      plan: row.plan,
      mostInArray: row.most_in_array,
      state: storedValue(clusterRun.shape.state, row.state, `the state of cluster run ${row.id}`),
      createdAt: row.created_at,
    }
  )
}

const runOf = (db: Db, row: RunRow): ClusterRun =>
  storedValue(
    clusterRun,
    {
      id: row.id,
      studyId: row.study_id,
      profile: row.profile,
      host: row.host,
      folder: runFolder(row, row.token),
      state: row.state,
      note: row.note,
      problem:
        row.problem === null
          ? null
          : storedJson(errorShape, row.problem, `the problem of cluster run ${row.id}`),
      units: countsOf(db, row.id),
      reasons: reasonsOf(db, row.id),
      facts: { added: row.added, known: row.known },
      secondsLeft: row.finished_at === null ? secondsLeftOf(db, row.id, row.created_at) : null,
      createdAt: row.created_at,
      finishedAt: row.finished_at,
    },
    `cluster run ${row.id}`,
  )

/** Stores a run. Nothing of it is submitted yet. Returns its id. */
export function insertRun(db: Db, run: NewRun): number {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO cluster_run (study_id, token, profile, host, folder, plan, most_in_array, state, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'running', ?)`,
    )
    .run(
      run.studyId,
      run.token,
      run.profile.name,
      run.profile.host,
      run.profile.folder,
      run.plan,
      run.mostInArray,
      Date.now(),
    )
  return Number(lastInsertRowid)
}

const rowOf = (db: Db, id: number): RunRow => {
  const row = db.prepare<[number], RunRow>('SELECT * FROM cluster_run WHERE id = ?').get(id)
  if (!row) throw new KernelscopeError('CLUSTER_RUN', `no cluster run with id ${id}`)
  return row
}

/** Reads a run. @throws CLUSTER_RUN where it does not exist */
export const getRun = (db: Db, id: number): ClusterRun => runOf(db, rowOf(db, id))

/**
 * Reads a run as it is worked on.
 *
 * @throws CLUSTER_RUN where it does not exist
 * @throws CLUSTER_PROFILE where its profile is not one of the person's
 */
export function getOpenRun(db: Db, id: number, profiles: readonly ClusterProfile[]): OpenRun {
  const row = rowOf(db, id)
  const run = openRun(row, profiles)
  if (run) return run
  throw new KernelscopeError('CLUSTER_PROFILE', foreign(row), {
    hint: 'Add a profile of this name with this host and folder: it decides what is run on the cluster.',
  })
}

const foreign = ({ profile, host, folder }: RunRow) =>
  `this run needs a profile ${profile} for ${host ?? 'this machine'} with the folder ${folder}, and you have none`

const ofPresent = `study_id IN (SELECT id FROM study WHERE ${present})`

/** Lists the runs of studies that are not removed, the newest first. Damaged rows are left out. */
export function listRuns(db: Db, studyId?: number, onDamaged?: OnDamaged): ClusterRun[] {
  const rows = db
    .prepare<[number | null, number | null], RunRow>(
      `SELECT * FROM cluster_run WHERE ${ofPresent} AND (? IS NULL OR study_id = ?) ORDER BY id DESC`,
    )
    .all(studyId ?? null, studyId ?? null)
  return soundRows(rows, (row) => runOf(db, row), onDamaged)
}

/**
 * Lists the runs that are not over and whose profile the person has. To others that is noted. Damaged rows are left out.
 *
 * @param onNoted called with the id of a run to which that was not noted before
 */
export function openRuns(
  db: Db,
  profiles: readonly ClusterProfile[],
  onNoted: (id: number) => void = () => undefined,
): OpenRun[] {
  const rows = db
    .prepare<[], RunRow>(`SELECT * FROM cluster_run WHERE state IN ('running', 'cancelling') ORDER BY id`)
    .all()
  return soundRows(rows, (row) => {
    const run = openRun(row, profiles)
    if (!run && setNote(db, row.id, foreign(row))) onNoted(row.id)
    return run
  }).filter((run) => run !== null)
}

/** Whether any run is not over. */
export const hasOpenRuns = (db: Db): boolean =>
  db.prepare(`SELECT 1 FROM cluster_run WHERE state IN ('running', 'cancelling') LIMIT 1`).get() !== undefined

/** Stores the state of a run, with the time of its end. */
export function setRunState(
  db: Db,
  id: number,
  state: ClusterRun['state'],
  problem: ErrorShape | null = null,
): void {
  const over = state === 'done' || state === 'failed' || state === 'cancelled'
  db.prepare('UPDATE cluster_run SET state = ?, problem = ?, note = NULL, finished_at = ? WHERE id = ?').run(
    state,
    problem ? JSON.stringify(problem) : null,
    over ? Date.now() : null,
    id,
  )
}

/** Stores what keeps a run from going on; null where nothing does. Returns whether that is new. */
export const setNote = (db: Db, id: number, note: string | null): boolean =>
  db.prepare('UPDATE cluster_run SET note = ? WHERE id = ? AND note IS NOT ?').run(note, id, note).changes > 0

/** Counts facts that a pack brought. */
export const countFacts = (db: Db, id: number, added: number, known: number): void =>
  void db
    .prepare('UPDATE cluster_run SET added = added + ?, known = known + ? WHERE id = ?')
    .run(added, known, id)

/** Deletes a run that has ended. Its facts stay. */
export const deleteRun = (db: Db, id: number): void =>
  void db.prepare('DELETE FROM cluster_run WHERE id = ?').run(id)
