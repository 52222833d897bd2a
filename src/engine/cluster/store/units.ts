import { z } from 'zod'
import {
  clusterAttempt,
  clusterUnit,
  type ClusterAttempt,
  type ClusterUnit,
  type ClusterUnitState,
} from '#shared/contract/index.ts'
import type { EndedTry } from '../decide.ts'
import { storedJson, storedValue, type Db } from '../../workspace/index.ts'

interface UnitRow {
  id: number
  name: string
  model: string
  images: number
  seconds: number
  state: string
  attempts: string
}

/** A unit with its row. */
export type StoredUnit = ClusterUnit & { id: number }

/** A unit to be stored. */
export type NewUnit = Pick<ClusterUnit, 'name' | 'model' | 'images' | 'seconds'>

const attempts = z.array(clusterAttempt)

const fromRow = ({ id, attempts: text, ...row }: UnitRow): StoredUnit => ({
  id,
  ...storedValue(
    clusterUnit,
    { ...row, attempts: storedJson(attempts, text, `the tries of unit ${row.name}`) },
    `unit ${row.name}`,
  ),
})

const columns = 'id, name, model, images, seconds, state, attempts'

/** Stores units that are to be submitted. Those that are there stay as they are. */
export function insertUnits(db: Db, runId: number, units: Iterable<NewUnit>): void {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO cluster_unit (run_id, name, model, images, seconds, state, attempts)
     VALUES (?, ?, ?, ?, ?, 'waiting', '[]')`,
  )
  for (const { name, model, images, seconds } of units) insert.run(runId, name, model, images, seconds)
}

/** Lists the units of a run that are in one of some states, in the order of the plan. */
export function unitsIn(
  db: Db,
  runId: number,
  states: readonly ClusterUnitState[],
  limit = -1,
): StoredUnit[] {
  const marks = states.map(() => '?').join(', ')
  return db
    .prepare<(number | string)[], UnitRow>(
      `SELECT ${columns} FROM cluster_unit WHERE run_id = ? AND state IN (${marks}) ORDER BY id LIMIT ?`,
    )
    .all(runId, ...states, limit)
    .map(fromRow)
}

/** A page of the units of a run, with how many there are. `tried`: only those that a try of failed. */
export function pageOfUnits(
  db: Db,
  runId: number,
  {
    states,
    tried,
    offset,
    limit,
  }: { states?: readonly ClusterUnitState[] | undefined; tried: boolean; offset: number; limit: number },
): { units: ClusterUnit[]; total: number } {
  const marks = states?.map(() => '?').join(', ')
  const where = `run_id = ?${marks === undefined ? '' : ` AND state IN (${marks})`}${tried ? ` AND attempts LIKE '%"of":"%'` : ''}`
  const values = [runId, ...(states ?? [])]
  const total = db
    .prepare<(number | string)[], number>(`SELECT count(*) FROM cluster_unit WHERE ${where}`)
    .pluck()
    .get(...values)
  const rows = db
    .prepare<(number | string)[], UnitRow>(
      `SELECT ${columns} FROM cluster_unit WHERE ${where} ORDER BY id LIMIT ? OFFSET ?`,
    )
    .all(...values, limit, offset)
  return { units: rows.map((row) => clusterUnit.parse(fromRow(row))), total: total ?? 0 }
}

/** Reads a unit by its name; undefined where the run has none of that name. */
export function unitNamed(db: Db, runId: number, name: string): StoredUnit | undefined {
  const row = db
    .prepare<[number, string], UnitRow>(`SELECT ${columns} FROM cluster_unit WHERE run_id = ? AND name = ?`)
    .get(runId, name)
  return row && fromRow(row)
}

/** Stores the state and the tries of a unit. */
export function saveUnit(
  db: Db,
  id: number,
  state: ClusterUnitState,
  tries: readonly ClusterAttempt[],
): void {
  const over = state === 'done' || state === 'failed' || state === 'cancelled'
  db.prepare('UPDATE cluster_unit SET state = ?, attempts = ?, finished_at = ? WHERE id = ?').run(
    state,
    JSON.stringify(tries),
    over ? Date.now() : null,
    id,
  )
}

/** Whether any unit of a run has given a pack. */
export const anyDone = (db: Db, runId: number): boolean =>
  db
    .prepare(`SELECT 1 FROM cluster_unit WHERE run_id = ? AND state IN ('done', 'failed') LIMIT 1`)
    .get(runId) !== undefined

/** Lists every try of a run that has ended, in the order of submissions. */
export const triesOf = (db: Db, runId: number): EndedTry[] =>
  db
    .prepare<[number], EndedTry>(
      `SELECT a.value ->> 'node' AS node, a.value ->> 'submission' AS submission, a.value ->> 'of' AS "of"
       FROM cluster_unit u, json_each(u.attempts) a
       WHERE u.run_id = ? AND (u.state = 'done' OR a.value ->> 'of' IS NOT NULL)
       ORDER BY submission, u.id`,
    )
    .all(runId)
