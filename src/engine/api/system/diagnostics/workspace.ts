import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Workspace } from '../../../workspace/index.ts'

/** Bytes up to which a database is checked; checking a larger one would block the engine for seconds. */
const checkedBytes = 64 * 2 ** 20

/** Describes the content of a workspace and checks its database. Has no names of classes or images. */
export function workspaceReport({ path, db, info }: Workspace): object {
  const tables = db
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .pluck()
    .all()
  const about = info()
  const small = about.bytes <= checkedBytes
  return {
    ...about,
    rows: Object.fromEntries(
      tables.map((name) => [name, Number(db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())]),
    ),
    quickCheck: small ? db.pragma('quick_check(20)', { simple: false }) : 'left out: larger than 64 MiB',
    foreignKeys: small ? db.pragma('foreign_key_check') : 'left out: larger than 64 MiB',
    files: readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      folder: entry.isDirectory(),
      bytes: entry.isFile() ? statSync(join(path, entry.name)).size : undefined,
    })),
    models: db.prepare('SELECT id, title, path, bytes, role, length(labels) AS labels FROM model').all(),
    datasets: db.prepare('SELECT id, title, path, layout, recognised, state, problem FROM dataset').all(),
  }
}
