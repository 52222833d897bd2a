import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { bySql, sql, type Case } from '../place.ts'

const reshaped = (table: string, from: string, to: string) =>
  `UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = '${table}'`
const removes = 'CREATE TRIGGER removes AFTER UPDATE ON job BEGIN DELETE FROM study; END'
const earlier = join(import.meta.dirname, '../../../corpus/workspaces/schema-6/workspace.sqlite')

/** Puts a workspace of schema 6 in place of the present one, and changes it. */
const before = (title: string, statement: string): Case => ({
  title,
  spoil({ file }) {
    cpSync(earlier, file)
    sql(file, statement)
  },
})

/** Tables, indexes, triggers and views that are not as they were made. */
export const schemas: Case[] = [
  bySql('no table of models of studies', 'DROP TABLE study_model'),
  bySql('no table of sums', 'DROP TABLE content_sum'),
  bySql('no sums', 'DELETE FROM content_sum'),
  bySql('a table without a column', 'ALTER TABLE job DROP COLUMN options'),
  bySql('a table with one column more', `ALTER TABLE study ADD COLUMN more TEXT DEFAULT 'x'`),
  bySql('a table with a quote in its name', `CREATE TABLE "a""b'; DROP TABLE study; --" (c)`),
  bySql(
    'a view in place of the facts',
    'CREATE TABLE kept AS SELECT * FROM prediction; DROP TABLE prediction; CREATE VIEW prediction AS SELECT * FROM kept',
  ),
  bySql(
    'a view without end in place of the tags',
    `DROP TABLE tag; CREATE VIEW tag AS WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id, 'tag' || id AS name FROM n`,
  ),
  bySql('views of each other', 'CREATE VIEW a AS SELECT * FROM b; CREATE VIEW b AS SELECT * FROM a'),
  bySql('a trigger that removes all studies when a job begins', removes),
  before('an older schema with a trigger that removes all studies', removes),
  before('an older schema without a table', 'DROP TABLE failure'),
  before('an older schema with a table of another program', 'CREATE TABLE moz_places (url TEXT)'),
  bySql('no triggers', (db) => {
    const names = db
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`)
      .pluck()
      .all()
    for (const name of names) db.exec(`DROP TRIGGER "${name}"`)
  }),
  bySql(
    'an index that is another',
    `DROP INDEX image_by_class; CREATE INDEX image_by_class ON image (dataset_id, class_idx) WHERE id > 5`,
  ),
  bySql(
    'an index on the page of another',
    `UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'image_by_part') WHERE name = 'image_by_class'`,
  ),
  bySql('a table whose rows may have any type', reshaped('study', 'STRICT', '')),
  bySql('a schema that cannot be parsed', reshaped('subset', 'CREATE TABLE', 'CREATE TABBLE')),
  bySql(
    'a table of a module that is not there',
    `UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE subset USING nothing(a)', rootpage = 0 WHERE name = 'subset'`,
  ),
  bySql(
    'two tables on one page',
    `UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'model') WHERE name = 'dataset'`,
  ),
  bySql(
    'a computed column of 100 MB',
    reshaped(
      'tag',
      'name TEXT NOT NULL UNIQUE',
      'name TEXT NOT NULL UNIQUE, more TEXT AS (hex(zeroblob(50000000)))',
    ),
  ),
]
