import { clusterUnitState, type ClusterRun } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'

/** Counts the units of a run by state. */
export function countsOf(db: Db, runId: number): ClusterRun['units'] {
  const rows = db
    .prepare<[number], { state: string; units: number }>(
      'SELECT state, count(*) AS units FROM cluster_unit WHERE run_id = ? GROUP BY state',
    )
    .all(runId)
  const counted = new Map(rows.map(({ state, units }) => [state, units]))
  const of = (state: string) => counted.get(state) ?? 0
  const { waiting, queued, running, done, split, failed, cancelled } = clusterUnitState.enum
  return {
    waiting: of(waiting),
    queued: of(queued),
    running: of(running),
    done: of(done),
    split: of(split),
    failed: of(failed),
    cancelled: of(cancelled),
  }
}

const mostReasons = 10

/** Counts the tries of a run that ended without a pack, by their reasons. */
export const reasonsOf = (db: Db, runId: number): ClusterRun['reasons'] =>
  db
    .prepare<[number], { reason: string; count: number }>(
      `SELECT a.value ->> 'reason' AS reason, count(*) AS count FROM cluster_unit u, json_each(u.attempts) a
       WHERE u.run_id = ? AND a.value ->> 'reason' <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostReasons}`,
    )
    .all(runId)

/** Seconds until all units of a run are done, at the speed since it was submitted; null before the first is. */
export function secondsLeftOf(db: Db, runId: number, createdAt: number): number | null {
  const found = db
    .prepare<[number], { done: number; left: number }>(
      `SELECT coalesce(sum(CASE WHEN state IN ('done', 'failed') THEN seconds END), 0) AS done,
         coalesce(sum(CASE WHEN state IN ('waiting', 'queued', 'running') THEN seconds END), 0) AS "left"
       FROM cluster_unit WHERE run_id = ?`,
    )
    .get(runId)
  if (!found || found.done === 0) return null
  return (found.left / found.done) * ((Date.now() - createdAt) / 1000)
}
