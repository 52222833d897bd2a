import type Database from 'better-sqlite3'

/**
 * Sums of the digests of rows, by table and block of 256 rows, so that a changed byte is noticed (`verifyDatabase`). Triggers
 * keep them. Packs of predictions, measurements and slots have a digest in each row instead, which their writer computes: they are
 * many, and a damaged one is forgotten alone.
 */
export const factTables = ['prediction', 'measurement', 'fact_slot'] as const

/** Tables without sums: counters of changes, and marks of facts, which have digests of their own. */
const uncounted = new Set<string>([
  ...factTables,
  'content_sum',
  'fact_block',
  'fact_change',
  'table_version',
  'image_version',
  'annotation_version',
])

/** Columns that change with every use and that no answer depends on. */
const passing: Readonly<Record<string, string>> = { map: 'used_at', image: 'generation' }

/** A table with its sums: the columns that count, and the SQL of a row's block. */
export interface CountedTable {
  name: string
  columns: readonly string[]
  /** SQL of the block of a row, after `row`, e.g. "new.". */
  block: (row: string) => string
}

/** Columns of a table in their order, without its digest. */
export const columnsOf = (db: Database.Database, table: string): string[] =>
  db
    .prepare<[string], string>(`SELECT name FROM pragma_table_info(?) WHERE name <> 'digest_of_row'`)
    .pluck()
    .all(table)

/** Lists the tables that have sums. */
export function countedTables(db: Database.Database): CountedTable[] {
  const tables = db
    .prepare<[], { name: string; wr: number }>(
      `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .all()
  return tables
    .filter(({ name }) => !uncounted.has(name))
    .map(({ name, wr }) => ({
      name,
      columns: columnsOf(db, name).filter((column) => column !== passing[name]),
      block: (row) => (wr ? '0' : `${row}rowid >> 8`),
    }))
}

/** SQL of the digest of a row. */
export const digestSql = (columns: readonly string[], row = ''): string =>
  `row_digest(${columns.map((column) => `${row}"${column}"`).join(', ')})`

const triggerNames = (table: string) =>
  ['insert', 'update', 'delete'].map((verb) => `sum_of_${table}_${verb}`)

/** Removes the triggers of sums before a migration. */
export function dropSumTriggers(db: Database.Database): void {
  const names = db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'sum_of_*'`)
    .pluck()
    .all()
  for (const name of names) db.exec(`DROP TRIGGER "${name}"`)
}

/** Counts all sums anew and creates their triggers, after a migration. */
export function sealContent(db: Database.Database): void {
  db.exec('DELETE FROM content_sum')
  for (const table of countedTables(db)) {
    recount(db, table)
    const [onInsert, onUpdate, onDelete] = triggerNames(table.name)
    const { name, columns } = table
    const listed = columns.map((column) => `"${column}"`).join(', ')
    db.exec(`
      CREATE TRIGGER "${onInsert}" AFTER INSERT ON "${name}" BEGIN${add(table)}
      END;
      CREATE TRIGGER "${onUpdate}" AFTER UPDATE OF ${listed} ON "${name}" BEGIN${take(table)}${add(table)}
      END;
      CREATE TRIGGER "${onDelete}" AFTER DELETE ON "${name}" BEGIN${take(table)}
      END;`)
  }
  db.prepare(`INSERT INTO content_sum SELECT ?, 0, rows, sum FROM (${schemaSql})`).run(schemaName)
}

/** Name of the sum of the schema itself: tables, indexes and triggers. */
const schemaName = 'schema'
const schemaSql = `SELECT count(*) AS rows, sum(row_digest(type, name, tbl_name, sql)) AS sum FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`

interface SchemaSum {
  rows: number
  sum: number
}

/** Whether the schema is as it was when its sum was counted. */
export function isSchemaKept(db: Database.Database): boolean {
  if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'content_sum'`).get() === undefined) return false
  const kept = db
    .prepare<[string], SchemaSum>('SELECT rows, sum FROM content_sum WHERE name = ?')
    .get(schemaName)
  const found = db.prepare<[], SchemaSum>(schemaSql).get()
  return kept !== undefined && kept.rows === found?.rows && kept.sum === found.sum
}

/** SQL that counts a table: block, number of rows, sum of their digests. */
export const countSql = ({ name, columns, block }: CountedTable): string =>
  `SELECT ${block('')} AS block, count(*) AS rows, sum(${digestSql(columns)}) AS sum FROM "${name}" GROUP BY 1`

/** Counts the sums of one table anew. */
export function recount(db: Database.Database, table: CountedTable): void {
  db.prepare('DELETE FROM content_sum WHERE name = ?').run(table.name)
  db.prepare(`INSERT INTO content_sum SELECT ?, block, rows, sum FROM (${countSql(table)})`).run(table.name)
}

const add = ({ name, columns, block }: CountedTable) => `
        INSERT INTO content_sum SELECT '${name}', ${block('new.')}, 0, 0 WHERE NOT EXISTS
          (SELECT 1 FROM content_sum WHERE name = '${name}' AND block = ${block('new.')});
        UPDATE content_sum SET rows = rows + 1, sum = sum + ${digestSql(columns, 'new.')} WHERE name = '${name}' AND block = ${block('new.')};`

const take = ({ name, columns, block }: CountedTable) => `
        UPDATE content_sum SET rows = rows - 1, sum = sum - ${digestSql(columns, 'old.')} WHERE name = '${name}' AND block = ${block('old.')};`
