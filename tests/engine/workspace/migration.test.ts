import Database from 'better-sqlite3'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openWorkspace } from '#engine/workspace/index.ts'
import { migration001 } from '#engine/workspace/migrations/001.ts'
import { applicationId } from '#engine/workspace/schema.ts'
import { temporaryFolder } from '../../temporary.ts'

/** A workspace as the first release wrote it, with a model and a job. */
function firstRelease(): string {
  const path = join(temporaryFolder(), 'workspace')
  mkdirSync(path)
  const db = new Database(join(path, 'workspace.sqlite'))
  db.pragma(`application_id = ${applicationId}`)
  db.exec(migration001)
  db.pragma('user_version = 1')
  db.prepare(
    `INSERT INTO model (digest, title, path, bytes, mtime, inspection, preprocessing, label_set, labels, added_at)
     VALUES ('d', 'RepLK', '/models/replk.onnx', 1, 1, '{}', '{}', 'own', '[]', 1)`,
  ).run()
  db.prepare(
    `INSERT INTO job (kind, title, state, progress, created_at) VALUES ('index', 'Index', 'done', '{}', 1)`,
  ).run()
  db.close()
  return path
}

describe('a workspace of the first release', () => {
  it('is brought to the present schema with what it holds, after a copy was made', () => {
    const path = firstRelease()
    const workspace = openWorkspace(path)
    onTestFinished(() => workspace.close())
    expect(workspace.info()).toMatchObject({ models: 1 })
    expect(workspace.info().schema).toBeGreaterThan(1)
    expect(workspace.db.prepare('SELECT title, role FROM model').get()).toEqual({
      title: 'RepLK',
      role: 'classifier',
    })
    expect(workspace.db.prepare('SELECT title, state FROM job').get()).toEqual({
      title: 'Index',
      state: 'done',
    })
    expect(existsSync(join(path, 'workspace.sqlite.schema-1'))).toBe(true)
  })
})
