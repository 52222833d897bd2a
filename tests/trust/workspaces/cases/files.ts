import Database from 'better-sqlite3'
import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '#engine/workspace/schema.ts'
import { pipe } from '../../folders/survived.ts'
import { byBytes, bySql, sql, truncate, zeroPages, type Case } from '../place.ts'

/** Replaces the database by what `make` makes in its place. */
const instead = (title: string, make: (file: string, outside: string) => void): Case => ({
  title,
  spoil({ file, outside }) {
    rmSync(file)
    make(file, outside)
  },
})

/** Writes a field of the header of 100 bytes (sqlite.org/fileformat2, section 1.3). */
const header = (title: string, at: number, value: number): Case =>
  byBytes(title, (bytes) => {
    bytes.writeUInt32BE(value, at)
    return bytes
  })

/** Databases that are none, are those of others, or are damaged. */
export const files: Case[] = [
  instead('no database', () => undefined),
  { title: 'no folder', spoil: ({ path }) => rmSync(path, { recursive: true }) },
  { title: 'a file in place of the folder', spoil: ({ file }) => ({ open: file }) },
  {
    title: 'a link to nothing in place of the folder',
    spoil({ path }) {
      rmSync(path, { recursive: true })
      symlinkSync('nothing', path)
    },
  },
  {
    title: 'a folder that is reached through a link',
    spoil({ path }) {
      symlinkSync(path, `${path}-link`)
      return { open: `${path}-link` }
    },
  },
  instead('an empty database', (file) => writeFileSync(file, '')),
  instead('a database of text', (file) => writeFileSync(file, 'hello '.repeat(2000))),
  instead('a database of zeros', (file) => writeFileSync(file, Buffer.alloc(65536))),
  byBytes('a database of its header alone', (bytes) => bytes.subarray(0, 100)),
  instead("another program's database", (file) => sql(file, 'CREATE TABLE moz_places (url TEXT)')),
  instead('a database without tables that says it is one of ours', (file) =>
    sql(
      file,
      `PRAGMA application_id = 0x4b53434f; PRAGMA user_version = ${migrations.length}; CREATE TABLE t (a)`,
    ),
  ),
  bySql('a schema that is newer by one', 'PRAGMA user_version = 1000'),
  header('a schema of 2^32-1', 60, 2 ** 32 - 1),
  bySql('schema 0 with all tables', 'PRAGMA user_version = 0'),
  bySql('a schema that is older than its tables', 'PRAGMA user_version = 5'),
  bySql(
    'a migration that ended half-way',
    'PRAGMA user_version = 8',
    'DROP TABLE content_sum; ALTER TABLE prediction DROP COLUMN digest_of_row',
  ),
  { title: 'a database cut at a border of pages', spoil: ({ file }) => truncate(file, 4096 * 20) },
  { title: 'a database cut within a page', spoil: ({ file }) => truncate(file, -1000) },
  byBytes('a database with bytes after its end', (bytes) => Buffer.concat([bytes, Buffer.alloc(5000, 7)])),
  byBytes('a first page of zeros after its header', (bytes) => bytes.fill(0, 100, 4096)),
  { title: 'pages of zeros', spoil: ({ file }) => zeroPages(file, 10, 3) },
  {
    title: 'a last page of zeros',
    spoil: ({ file }) => zeroPages(file, Math.floor(statSync(file).size / 4096)),
  },
  byBytes('pages in another order', (bytes) =>
    Buffer.concat([
      bytes.subarray(0, 4096 * 4),
      bytes.subarray(4096 * 5, 4096 * 9),
      bytes.subarray(4096 * 4, 4096 * 5),
      bytes.subarray(4096 * 9),
    ]),
  ),
  byBytes('a page size of 3', (bytes) => {
    bytes.writeUInt16BE(3, 16)
    return bytes
  }),
  header('a list of free pages that begins nowhere', 32, 99999),
  byBytes('a file format of tomorrow', (bytes) => bytes.fill(9, 18, 20)),
  instead('a folder in place of the database', (file) => mkdirSync(file)),
  instead('a pipe in place of the database', pipe),
  instead('a device in place of the database', (file) => symlinkSync('/dev/zero', file)),
  instead('a link to nothing in place of the database', (file) => symlinkSync('nothing', file)),
  instead('a link to itself in place of the database', (file) => symlinkSync('workspace.sqlite', file)),
  {
    title: 'a link to the database of another folder',
    spoil({ file, outside }) {
      renameSync(file, join(outside, 'real.sqlite'))
      symlinkSync(join(outside, 'real.sqlite'), file)
    },
  },
  {
    title: 'an empty database of ours in UTF-16',
    spoil({ file }) {
      const texts = `${file}.16`
      const db = new Database(texts)
      db.pragma("encoding = 'UTF-16'")
      db.exec('CREATE TABLE t (a); DROP TABLE t; PRAGMA application_id = 0x4b53434f')
      db.close()
      cpSync(texts, file)
      rmSync(texts)
    },
  },
  bySql(
    'a database of large pages that clears itself',
    'PRAGMA page_size = 65536; PRAGMA auto_vacuum = FULL; VACUUM',
  ),
]
