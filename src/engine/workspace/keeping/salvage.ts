import Database from 'better-sqlite3'
import type { SalvagedTable } from '#shared/contract/index.ts'
import { checkDatabaseFile } from '../check.ts'
import { columnsOf, factTables, sealContent } from '../contentSums.ts'
import { createForCopy, type Db } from '../database.ts'
import { countPredictions } from '../facts/blocks.ts'
import { recountFacts } from '../facts/counted.ts'
import { packSize } from '../facts/pack.ts'
import { forgetDamaged, forgetLost } from '../facts/packs.ts'
import { rowDigest, type Stored } from '../rowDigest.ts'
import { migrations } from '../schema.ts'
import { repairReferences } from './references.ts'

/** Counters and sums, which come into being with what they count. */
const derived = new Set([
  'fact_sum',
  'fact_block',
  'fact_change',
  'content_sum',
  'table_version',
  'image_version',
  'annotation_version',
])

/**
 * Reads what can be read of a damaged database into a new one of the same schema, table by table. Facts whose digest says that they
 * are not what was stored are left out; rows that refer to lost ones are left out or lose the reference.
 */
export class Salvage {
  readonly #from: Db
  readonly #to: Db
  readonly #version: number
  readonly #read: (SalvagedTable & { stored: number | null })[] = []
  /** The tables to be read. */
  readonly names: readonly string[]

  /**
   * @param target path of the new database
   * @throws WORKSPACE_CORRUPT where not even the header or the list of tables can be read
   */
  constructor(file: string, target: string) {
    checkDatabaseFile(file)
    this.#from = new Database(file, { readonly: true, fileMustExist: true })
    try {
      this.#version = Number(this.#from.pragma('user_version', { simple: true }))
      this.#to = createForCopy(target, this.#version)
      const known = namesOf(this.#from)
      this.names = namesOf(this.#to).filter((name) => !derived.has(name) && known.includes(name))
    } catch (error) {
      this.#from.close()
      throw error
    }
  }

  /** Reads one of the tables. */
  read(name: string): void {
    this.#read.push(this.#to.transaction(() => copyTable(this.#from, this.#to, name))())
  }

  /**
   * Ends the new database. Returns for each table how many rows were read and, where the damaged database still says how many
   * there were, how many are lost.
   */
  finish(): SalvagedTable[] {
    repairReferences(this.#to)
    if (this.#version === migrations.length)
      this.#to.transaction(() => {
        forgetDamaged(this.#to)
        forgetLost(this.#to)
        recountFacts(this.#to)
        sealContent(this.#to)
      })()
    return this.#read.map((table) => withLoss({ ...table, read: countOf(this.#to, table.name) ?? 0 }))
  }

  close(): void {
    this.#from.close()
    this.#to.close()
  }
}

const withLoss = (table: SalvagedTable & { stored: number | null }): SalvagedTable => ({
  name: table.name,
  read: table.read,
  damaged: table.damaged,
  lost: table.stored === null ? null : Math.max(0, table.stored - table.read),
})

const namesOf = (db: Db): string[] =>
  db
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .pluck()
    .all()

function copyTable(from: Db, to: Db, name: string) {
  const isFact = factTables.some((table) => table === name)
  const columns = columnsOf(to, name)
  const digested = isFact && hasColumn(to, name, 'digest_of_row')
  const listed = [...columns, ...(digested ? ['digest_of_row'] : [])]
    .map((column) => `"${column}"`)
    .join(', ')
  const insert = to.prepare(
    `INSERT OR REPLACE INTO "${name}" (${listed}) VALUES (${listed.replace(/"[^"]*"/g, '?')})`,
  )
  let damaged = 0
  const take = (row: Stored[]) => {
    if (digested && rowDigest(row.slice(0, -1)) !== row.at(-1))
      damaged += factsIn(row[columns.indexOf('facts')])
    else insert.run(...row)
  }
  const keys = keysOf(to, name)
  const parts = columns.includes('variant_id') && isFact ? partsOf(from) : [{ where: '', values: [] }]
  for (const { where, values } of parts) {
    const read = (direction: 'ASC' | 'DESC') =>
      readOn(
        from,
        `SELECT ${listed} FROM "${name}" ${where} ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')}`,
        values,
        take,
      )
    // Behind the first page that cannot be read, rows are reached from the other end.
    if (!read('ASC')) read('DESC')
  }
  return { name, read: 0, damaged, lost: null, stored: storedOf(from, name) }
}

/** Facts by variant and condition, so that a damaged page costs the rest of one of them only. */
function partsOf(from: Db): { where: string; values: number[] }[] {
  const pairs = tried(() =>
    from.prepare<[], [number, number]>('SELECT v.id, c.id FROM variant v, condition c').raw().all(),
  )
  return (
    pairs?.map((values) => ({ where: 'WHERE variant_id = ? AND condition_id = ?', values })) ?? [
      { where: '', values: [] },
    ]
  )
}

/** Returns false where reading ended with an error. */
function readOn(from: Db, sql: string, values: number[], take: (row: Stored[]) => void): boolean {
  try {
    for (const row of from
      .prepare<number[], Stored[]>(sql)
      .raw()
      .iterate(...values))
      take(row)
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CORRUPT')) return false
    throw error
  }
}

/** Facts of whose number the database says nothing. */
const unknown = new Set(['measurement', 'fact_slot'])

/** Predictions in a row, by its column `facts`, if there is one. */
const factsIn = (facts: Stored | undefined): number =>
  typeof facts === 'number' && Number.isInteger(facts) && facts >= 0 && facts <= packSize ? facts : 1

function storedOf(from: Db, name: string): number | null {
  const sql = `SELECT coalesce(sum(rows), 0) FROM content_sum WHERE name = '${name}'`
  const found = tried(() =>
    name === 'prediction' ? countPredictions(from) : from.prepare<[], number | null>(sql).pluck().get(),
  )
  return typeof found === 'number' && !unknown.has(name) ? found : null
}

const hasColumn = (db: Db, table: string, column: string): boolean =>
  db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) !== undefined

/** The columns by which rows lie in the file. */
function keysOf(db: Db, table: string): string[] {
  const withoutRowid = db
    .prepare<[string], number>(`SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?`)
    .pluck()
    .get(table)
  if (!withoutRowid) return ['rowid']
  return db
    .prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk')
    .pluck()
    .all(table)
}

const countOf = (db: Db, table: string): number | null =>
  tried(() =>
    Number(
      db
        .prepare(
          `SELECT ${hasColumn(db, table, 'packed') ? 'coalesce(sum(facts), 0)' : 'count(*)'} FROM "${table}"`,
        )
        .pluck()
        .get(),
    ),
  )

function tried<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Database.SqliteError) return null
    throw error
  }
}
