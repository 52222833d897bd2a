import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { verifyDatabase } from '#engine/workspace/keeping/verify.ts'
import { bitsIn } from '../../engine/studies/storedBits.ts'

/** What is stored besides facts, without ids, times and speeds. */
const queries = {
  jobs: 'SELECT kind, title, state, problem FROM job ORDER BY kind, title',
  models: `SELECT digest, title, preprocessing, labels, json_extract(self_check, '$.rewrites') AS checked,
             trial IS NOT NULL AS tried FROM model ORDER BY 1`,
  datasets: 'SELECT title, state, report FROM dataset ORDER BY 1',
  images: `SELECT name, hex(digest) AS digest, class, width, height, problem
           FROM image LEFT JOIN example ON example.id = example_id ORDER BY 1`,
  studies: 'SELECT kind, title, params FROM study ORDER BY 1, 2, 3',
  failures: 'SELECT problem FROM failure',
  conditions: 'SELECT transform FROM condition ORDER BY 1',
  variants: 'SELECT key FROM variant ORDER BY 1',
  compositions: 'SELECT title, body FROM composition ORDER BY 1',
  removals: 'SELECT * FROM removal',
}

/** All that the database in a folder has, in a form that two runs of the same works share to the byte; and what is damaged. */
export function storedIn(workspace: string) {
  const file = join(workspace, 'workspace.sqlite')
  const db = new Database(file)
  try {
    const tables = Object.entries(queries).map(([name, sql]) => [name, db.prepare(sql).all()])
    return { facts: [...bitsIn(db)], ...Object.fromEntries(tables), damages: verifyDatabase(file) }
  } finally {
    db.close()
  }
}

/**
 * Names of all files below a folder with digests of their bytes, but of databases, which hold times, and of what is of
 * its own time. Backups are as many as there were tries: those that were asked for count once, those before a restoration
 * not at all.
 */
export function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.endsWith('.replaced.sqlite'))
    .map((path) => `${path.slice(folder.length).replace(/[^/]+Z\.(?=asked)/, '')} ${digestOf(path)}`)
  return [...new Set(names)].sort()
}

const timed = /\.sqlite$|\.lock$|^(certificate\.html|workspace\.zip|state\.json)$/
const digestOf = (path: string) =>
  timed.test(basename(path)) ? '' : createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)
