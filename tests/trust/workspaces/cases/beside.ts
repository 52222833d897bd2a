import Database from 'better-sqlite3'
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipe } from '../../folders/survived.ts'
import { sql, truncate, type Case, type Place } from '../place.ts'

/** Puts something beside the database, in place of what has that name. */
const beside = (title: string, name: string, make: (path: string, place: Place) => void): Case => ({
  title,
  spoil(place) {
    const path = join(place.path, name)
    rmSync(path, { recursive: true, force: true })
    make(path, place)
  },
})

const noise = (path: string) => writeFileSync(path, Buffer.alloc(9000, 0xa5))
const text = (path: string) => writeFileSync(path, 'not a database, but longer than a header. '.repeat(9))
const toFile = (path: string, { outside }: Place) => symlinkSync(join(outside, 'thesis.tex'), path)
const toFolder = (path: string, { outside }: Place) => symlinkSync(outside, path)
const folder = (path: string) => mkdirSync(path)

/** Makes changes whose write-ahead log stays, as after a killed engine; `keep` then has database and log in hand. */
function logOf(place: Place, change: string, keep: (log: string) => void): void {
  const copy = join(place.path, 'copy.sqlite')
  copyFileSync(place.file, copy)
  const db = new Database(copy)
  db.pragma('journal_mode = WAL')
  db.exec(change)
  copyFileSync(`${copy}-wal`, `${place.file}-wal`)
  db.close()
  rmSync(copy)
  keep(`${place.file}-wal`)
}
const counted = `UPDATE annotation_version SET version = version + 1; UPDATE image_version SET version = version + 1`

/** Files beside the database: its log, the lock, the owner, what can be made again, and the folders. */
export const besides: Case[] = [
  {
    title: 'a log without its database',
    spoil(place) {
      logOf(place, counted, () => undefined)
      rmSync(place.file)
    },
  },
  beside('a log of noise', 'workspace.sqlite-wal', noise),
  { title: 'a log that a killed engine left', spoil: (place) => logOf(place, counted, () => undefined) },
  {
    title: 'a log that is cut off',
    spoil: (place) => logOf(place, counted, (log) => truncate(log, 5000)),
  },
  {
    title: 'the log of another database',
    spoil(place) {
      const other = join(place.path, 'other.sqlite')
      const db = new Database(other)
      db.pragma('journal_mode = WAL')
      db.exec('CREATE TABLE a (b); CREATE TABLE c (d)')
      copyFileSync(`${other}-wal`, `${place.file}-wal`)
      db.close()
      rmSync(other)
    },
  },
  beside('an index of the log of noise', 'workspace.sqlite-shm', noise),
  beside('a folder in place of the log', 'workspace.sqlite-wal', folder),
  beside('a folder in place of the index of the log', 'workspace.sqlite-shm', folder),
  beside('a link in place of the log', 'workspace.sqlite-wal', toFile),
  beside('a link in place of the index of the log', 'workspace.sqlite-shm', toFile),
  beside('a pipe in place of the log', 'workspace.sqlite-wal', pipe),
  beside('a journal of noise', 'workspace.sqlite-journal', noise),
  {
    title: 'a lock that is held',
    spoil({ path }) {
      const db = new Database(join(path, 'workspace.lock'))
      db.exec('BEGIN EXCLUSIVE')
      writeFileSync(join(path, 'workspace.owner'), 'process 1 on elsewhere')
      return { end: () => void db.close() }
    },
  },
  {
    title: 'a lock that is held by an owner without end',
    spoil({ path }) {
      const db = new Database(join(path, 'workspace.lock'))
      db.exec('BEGIN EXCLUSIVE')
      symlinkSync('/dev/zero', join(path, 'workspace.owner'))
      return { end: () => void db.close() }
    },
  },
  {
    title: 'a lock that is held by an owner of noise',
    spoil({ path }) {
      const db = new Database(join(path, 'workspace.lock'))
      db.exec('BEGIN EXCLUSIVE')
      writeFileSync(
        join(path, 'workspace.owner'),
        Buffer.concat([Buffer.from([0, 7, 27, 10, 255]), Buffer.alloc(1e6, 65)]),
      )
      return { end: () => void db.close() }
    },
  },
  beside('a lock of text', 'workspace.lock', text),
  beside('a folder in place of the lock', 'workspace.lock', folder),
  beside('a link in place of the lock', 'workspace.lock', toFile),
  beside('a pipe in place of the lock', 'workspace.lock', pipe),
  beside('an owner that is left', 'workspace.owner', (path) => writeFileSync(path, 'process 1 on elsewhere')),
  beside('a link in place of the owner', 'workspace.owner', toFile),
  beside('a folder in place of the owner', 'workspace.owner', folder),
  beside('thumbnails of noise', 'thumbnails.sqlite', noise),
  beside('a folder in place of the thumbnails', 'thumbnails.sqlite', folder),
  beside('a link in place of the thumbnails', 'thumbnails.sqlite', toFile),
  beside('a pipe in place of the thumbnails', 'thumbnails.sqlite', pipe),
  beside('thumbnails with other columns', 'thumbnails.sqlite', (path) =>
    sql(path, 'CREATE TABLE thumbnail (a)'),
  ),
  beside('a link in place of the summaries', 'summaries.sqlite', toFile),
  beside('summaries with other columns', 'summaries.sqlite', (path) =>
    sql(
      path,
      'CREATE TABLE study_summary (a); CREATE TABLE study_summary_stamp (b); PRAGMA user_version = 1',
    ),
  ),
  beside('columns of noise', 'browse.sqlite', noise),
  {
    title: 'a link within the kept graphs, which are then emptied',
    reads: 'facts',
    spoil: ({ path, outside }) => symlinkSync(outside, join(path, 'weights', 'more')),
  },
  beside('a file in place of the kept graphs', 'weights', text),
  beside('a file in place of the backups', 'backups', text),
  ...['draws', 'exports', 'backups', 'adversarial', 'frames'].map((name) =>
    beside(`a link to the files of others in place of ${name}`, name, toFolder),
  ),
  {
    title: 'kept graphs that are a link, which are then emptied',
    reads: 'facts',
    spoil(place) {
      rmSync(join(place.path, 'weights'), { recursive: true })
      toFolder(join(place.path, 'weights'), place)
    },
  },
  {
    title: 'kept graphs and drawn masks that are noise',
    spoil({ path }) {
      for (const name of ['weights', 'draws']) mkdirSync(join(path, name), { recursive: true })
      noise(join(path, 'weights', `${'0'.repeat(64)}.onnx`))
      noise(join(path, 'draws', `${'0'.repeat(64)}.sqlite`))
    },
  },
  {
    title: 'backups that are folders, pipes and links to nothing',
    spoil({ path }) {
      const named = (at: string) => join(path, 'backups', `2026-11-30T01-23-45.${at}Z.daily.sqlite`)
      mkdirSync(join(path, 'backups'), { recursive: true })
      mkdirSync(named('001'))
      pipe(named('002'))
      symlinkSync('nothing', named('003'))
    },
  },
]
