import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listBackups, openWorkspace } from '#engine/workspace/index.ts'
import { migration001 } from '#engine/workspace/migrations/001.ts'
import { addFunctions } from '#engine/workspace/functions.ts'
import { applicationId, applyMigrations } from '#engine/workspace/schema.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { bandNoise } from '#shared/transforms/bandNoise.ts'
import { temporaryFolder } from '../../temporary.ts'

/** Returns the key of a condition with noise in one frequency band. */
const noise = (ring: 'square' | 'round') =>
  canonicalJson([
    bandNoise.parse({
      op: 'bandNoise',
      centre: 200,
      width: 100,
      epsilon: 0.1,
      energy: 'equal',
      ring,
      draw: 'sign',
      std: [1, 1, 1],
      seed: 0,
    }),
  ])

/** Writes a workspace as the first release did, with a model and a job. */
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
  db.exec(`INSERT INTO variant (id, model_digest, key, used_at) VALUES (1, 'd', 'k', 1);
    INSERT INTO subject (id, digest, class) VALUES (1, x'00', 'cat');`)
  for (const ring of ['square', 'round'] as const) {
    const { lastInsertRowid } = db.prepare('INSERT INTO condition (transform) VALUES (?)').run(noise(ring))
    db.prepare(
      `INSERT INTO prediction (variant_id, condition_id, subject_id, predicted, confidence, top)
       VALUES (1, ?, 1, 0, 0.5, x'')`,
    ).run(lastInsertRowid)
  }
  db.close()
  return path
}

describe('a workspace of the first release', () => {
  it('is copied and then migrated to the present schema, with its content', () => {
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
    expect(listBackups(path)).toMatchObject([{ reason: 'schema' }])
  })
  it('loses the facts under noise in round rings, whose borders were wrong', () => {
    const workspace = openWorkspace(firstRelease())
    onTestFinished(() => workspace.close())
    const kept = workspace.db
      .prepare('SELECT transform FROM prediction JOIN condition ON condition.id = condition_id')
      .pluck()
      .all()
    expect(kept).toEqual([noise('square')])
  })
})

it('predictions of schema 10 become the packs of schema 11 that the first version with packs made of them', () => {
  const file = join(temporaryFolder(), 'workspace.sqlite')
  cpSync(join(import.meta.dirname, '../../corpus/workspaces/schema-10/workspace.sqlite'), file)
  const db = new Database(file)
  onTestFinished(() => void db.close())
  addFunctions(db)
  db.transaction(() => applyMigrations(db, 10, 11))()
  const hash = createHash('sha256')
  for (const table of ['prediction ORDER BY 1, 2, 3', 'fact_slot ORDER BY 1'])
    hash.update(JSON.stringify(db.prepare(`SELECT * FROM ${table}`).raw().all()))
  expect(hash.digest('hex')).toBe('92e902cc1fa417ed0409feed6bdacd2d172060b858c4758a4bf7d0f86c3fb344')
})
