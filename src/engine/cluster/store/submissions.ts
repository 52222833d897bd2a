import type { Db } from '../../workspace/index.ts'

/** One array of a run. */
export interface StoredSubmission {
  number: number
  /** SLURM's id of the array; null where its answer did not come. */
  job: string | null
  submittedAt: number
}

/** Lists the arrays of a run in their order. */
export const submissionsOf = (db: Db, runId: number): StoredSubmission[] =>
  db
    .prepare<[number], StoredSubmission>(
      'SELECT number, job, submitted_at AS submittedAt FROM cluster_submission WHERE run_id = ? ORDER BY number',
    )
    .all(runId)

/** Stores that an array is about to be submitted, and returns its number. */
export function beginSubmission(db: Db, runId: number): number {
  const number = submissionsOf(db, runId).length + 1
  db.prepare('INSERT INTO cluster_submission (run_id, number, submitted_at) VALUES (?, ?, ?)').run(
    runId,
    number,
    Date.now(),
  )
  return number
}

/** Stores SLURM's id of an array. */
export const nameSubmission = (db: Db, runId: number, number: number, job: string): void =>
  void db
    .prepare('UPDATE cluster_submission SET job = ? WHERE run_id = ? AND number = ?')
    .run(job, runId, number)
