import Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import type { Damage } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { checkDatabaseFile } from '../check.ts'
import { columnsOf, countedTables, countSql, digestSql, factTables, isSchemaKept } from '../contentSums.ts'
import type { Db } from '../database.ts'
import { differingBlocks } from '../facts/differing.ts'
import { countDamaged } from '../facts/packs.ts'
import { addFunctions } from '../functions.ts'
import { migrations } from '../schema.ts'

/** A part of the check, which is asked for by itself so that it can be shown and stopped. */
export type VerifyStep = 'structure' | 'schema' | 'references' | 'sums of facts' | (string & {})

/** Faults that are told of one step. */
const most = 20

/** Opens a database to check it: for reading only, with the function of its digests. */
export function openToVerify(file: string): Db {
  checkDatabaseFile(file)
  const db = new Database(file, { readonly: true, fileMustExist: true })
  addFunctions(db)
  return db
}

/** Lists the steps of the check. The others mean nothing where the first one finds the structure damaged. */
export const verifySteps = (db: Db): VerifyStep[] => [
  'structure',
  'schema',
  'references',
  'sums of facts',
  ...factTables,
  ...countedTables(db).map(({ name }) => name),
]

/** Carries one step out. An error of SQLite while reading is a damage, too. */
export function verifyStep(db: Db, step: VerifyStep): Damage[] {
  try {
    if (step === 'structure') return structure(db)
    if (step === 'schema') return schema(db)
    if (step === 'references') return references(db)
    if (step === 'sums of facts') return factSums(db)
    return factTables.some((name) => name === step) ? facts(db, step) : content(db, step)
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    return [{ step, message: `cannot be read: ${error.message}`, rows: null, heals: 'no' }]
  }
}

/** Whether the other steps can be carried out after the first one. */
export const isReadable = (found: readonly Damage[]): boolean => found.every(({ heals }) => heals !== 'no')

/**
 * Checks a database file completely.
 *
 * @throws WORKSPACE_CORRUPT and others where the file is no database of a workspace
 */
export function verifyDatabase(file: string): Damage[] {
  const db = openToVerify(file)
  try {
    const [first = '', ...others] = verifySteps(db)
    const found = verifyStep(db, first)
    return isReadable(found) ? [...found, ...others.flatMap((step) => verifyStep(db, step))] : found
  } finally {
    db.close()
  }
}

/** The damage of an open workspace, where its database has at most `most` bytes; empty where it has more. */
export const damageIn = ({ db }: { db: Db }, most: number): Damage[] =>
  (statSync(db.name, { throwIfNoEntry: false })?.size ?? Infinity) > most ? [] : verifyDatabase(db.name)

const ofIndex = /index|NULL value in|non-unique entry/
/** SQLite's own check: pages, order and types of rows, and that indexes and tables agree. */
function structure(db: Db): Damage[] {
  const lines = db.prepare<[], string>(`PRAGMA integrity_check(${most})`).pluck().all()
  return lines
    .filter((line) => line !== 'ok')
    .map((message) => ({
      step: 'structure',
      message,
      rows: null,
      heals: ofIndex.test(message) && !message.includes('Tree') ? 'index' : 'no',
    }))
}

/** Compares tables, indexes and triggers with their sum. */
function schema(db: Db): Damage[] {
  const version = Number(db.pragma('user_version', { simple: true }))
  const message =
    version !== migrations.length
      ? `schema ${version} instead of ${migrations.length}`
      : isSchemaKept(db)
        ? null
        : 'tables, indexes or triggers are not as they were made'
  return message === null ? [] : [{ step: 'schema', message, rows: null, heals: 'no' }]
}

function references(db: Db): Damage[] {
  const rows = db.prepare<[], { table: string; parent: string }>('PRAGMA foreign_key_check').all()
  return [...Map.groupBy(rows, ({ table, parent }) => `${table} ${parent}`)].map(([pair, { length }]) => ({
    step: 'references',
    message: `rows that refer to nothing: ${pair.replace(' ', ' → ')}`,
    rows: length,
    heals: 'no',
  }))
}

/** Counts the marks of facts again. */
function factSums(db: Db): Damage[] {
  // As of one moment: the engine may go on writing.
  const differing = differingIn(db)
  return differing === 0
    ? []
    : [
        {
          step: 'sums of facts',
          message: 'sums that differ from their facts',
          rows: differing,
          heals: 'recount',
        },
      ]
}

/** How many marks differ; 1 where the slots of predictions cannot be read. */
function differingIn(db: Db): number {
  try {
    return db.transaction(() => differingBlocks(db))()
  } catch (error) {
    if (error instanceof KernelscopeError) return 1
    throw error
  }
}

/** Facts that are not what was measured. */
function facts(db: Db, table: string): Damage[] {
  const rows =
    table === 'prediction'
      ? db.transaction(() => countDamaged(db))()
      : Number(
          db
            .prepare(
              `SELECT count(*) FROM ${table} WHERE digest_of_row <> ${digestSql(columnsOf(db, table))}`,
            )
            .pluck()
            .get(),
        )
  return rows === 0
    ? []
    : [{ step: table, message: 'facts that are not as they were stored', rows, heals: 'forget' }]
}

/** What can be made again is forgotten; the rest needs a backup. */
const forgettable = new Set(['failure', 'map', 'session_time'])

function content(db: Db, step: string): Damage[] {
  const table = countedTables(db).find(({ name }) => name === step)
  if (!table) return []
  const blocks = db
    .prepare<[string], { block: number; counted: number; kept: number }>(
      `WITH counted AS (${countSql(table)}), kept AS (SELECT block, rows, sum FROM content_sum WHERE name = ? AND (rows <> 0 OR sum <> 0))
       SELECT coalesce(c.block, k.block) AS block, coalesce(c.rows, 0) AS counted, coalesce(k.rows, 0) AS kept
       FROM counted c FULL JOIN kept k ON c.block = k.block WHERE c.rows IS NOT k.rows OR c.sum IS NOT k.sum`,
    )
    .all(step)
  if (blocks.length === 0) return []
  const lost = blocks.reduce((sum, { counted, kept }) => sum + Math.max(0, kept - counted), 0)
  const message = lost > 0 ? 'rows are missing' : 'rows are not as they were stored'
  return [{ step, message, rows: lost > 0 ? lost : null, heals: forgettable.has(step) ? 'forget' : 'no' }]
}
