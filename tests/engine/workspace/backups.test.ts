import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newBackup, rotateBackups } from '#engine/workspace/backups.ts'
import { verifyDatabase } from '#engine/workspace/keeping/verify.ts'
import { isBackupDue, listBackups } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { engine, resultOf, workspaceFolder } from './restored.ts'
import { changeFacts } from '../../factRows.ts'

const titleOf = async ({ client }: Awaited<ReturnType<typeof engine>>) =>
  (await client.studies.get({ id: 1 })).title
const reasons = (path: string) => listBackups(path).map(({ reason }) => reason)

/** Overwrites the second half of the pages, as a bad disk would. */
function spoil(file: string): void {
  const { size } = statSync(file)
  const fd = openSync(file, 'r+')
  writeSync(fd, Buffer.alloc(size / 2, 0x5a), 0, size / 2, size / 2)
  closeSync(fd)
}

describe('a backup', () => {
  it('holds what was stored when it was made; restored, the database it replaces is a backup too', async () => {
    const path = workspaceFolder()
    const own = await engine()
    await own.client.workspace.open({ path })
    const first = await titleOf(own)
    const { name } = await own.client.workspace.backUp()
    await own.client.studies.rename({ id: 1, title: 'Later' })
    changeFacts(own.session.db, 'DELETE FROM fact WHERE example_id IN (SELECT min(example_id) FROM fact)')
    expect((await own.client.studies.result({ id: 1 })).conditions[0]?.n).toBe(15)
    // What is kept of the later state must not be taken for the earlier one.
    writeFileSync(join(path, 'summaries.sqlite'), 'of the later state')
    await own.client.workspace.restore({ name })
    expect(await titleOf(own)).toBe(first)
    expect((await own.client.studies.result({ id: 1 })).conditions[0]?.n).toBe(16)
    expect(reasons(path)).toEqual(['replaced', 'asked', 'schema'])
    const [replaced] = await own.client.workspace.backups({})
    await own.client.workspace.restore({ name: replaced?.name ?? '' })
    expect(await titleOf(own)).toBe('Later')
  })

  it('is restored into a workspace that is too damaged to open', async () => {
    const path = workspaceFolder()
    const before = await engine()
    await before.client.workspace.open({ path })
    const { name } = await before.client.workspace.backUp()
    await before.close()
    spoil(join(path, 'workspace.sqlite'))
    const { client } = await engine()
    await expect(client.workspace.open({ path })).rejects.toThrow(
      expect.objectContaining({ code: 'WORKSPACE_CORRUPT' }),
    )
    expect(await client.workspace.restore({ path, name })).toMatchObject({ path, studies: 4 })
    await expect(client.workspace.restore({ path, name: 'none' })).rejects.toThrow(
      expect.objectContaining({ code: 'BACKUP_NOT_FOUND' }),
    )
  })

  it('is not made of a damaged database, and takes no good one’s place', async () => {
    const path = workspaceFolder()
    const { client } = await engine()
    await client.workspace.open({ path })
    await client.workspace.close()
    await client.workspace.open({ path })
    spoil(join(path, 'workspace.sqlite'))
    await expect(client.workspace.backUp()).rejects.toThrow(
      expect.objectContaining({ code: 'WORKSPACE_CORRUPT' }),
    )
    expect(reasons(path)).toEqual(['schema'])
    expect(readdirSync(join(path, 'backups'))).toHaveLength(1)
  })
})

it('a day after the last backup another one is due, where something has changed', () => {
  const path = workspaceFolder()
  const file = join(path, 'workspace.sqlite')
  const [hour, day] = [3_600_000, 86_400_000]
  const now = Date.now()
  expect(isBackupDue(path, now)).toBe(false)
  expect(isBackupDue(path, now + 2 * hour)).toBe(true)
  const made = newBackup(path, 'daily')
  mkdirSync(join(path, 'backups'))
  writeFileSync(made, '')
  utimesSync(file, (now - hour) / 1000, (now - hour) / 1000)
  expect(isBackupDue(path, now + 2 * day)).toBe(false)
  utimesSync(file, (now + hour) / 1000, (now + hour) / 1000)
  expect(isBackupDue(path, now + hour)).toBe(false)
  expect(isBackupDue(path, now + 2 * day)).toBe(true)
})

it('five daily backups are kept, the newest, beside those of other kinds', () => {
  const path = workspaceFolder()
  mkdirSync(join(path, 'backups'))
  const of = (day: number) => `2026-01-0${day}T10-00-00.000Z.daily.sqlite`
  for (const day of [1, 2, 3, 4, 5, 6, 7]) writeFileSync(join(path, 'backups', of(day)), '')
  writeFileSync(join(path, 'backups', '2025-12-01T10-00-00.000Z.schema-6.sqlite'), '')
  writeFileSync(join(path, 'workspace.sqlite.schema-4'), '')
  rotateBackups(path)
  const names = listBackups(path).map(({ name }) => name)
  expect(names.filter((name) => name.includes('daily'))).toEqual([7, 6, 5, 4, 3].map(of))
  expect(names).toContain('workspace.sqlite.schema-4')
  expect(names).toHaveLength(7)
})

it('what can be read of a damaged database is salvaged into a new workspace, and what is lost is said', async () => {
  const path = workspaceFolder()
  const { client, session } = await engine()
  await client.workspace.open({ path })
  const { db } = session
  const packs = db.prepare<[], number>('SELECT facts FROM prediction').pluck().all()
  // A pack of facts that a disk has changed, and a page of the index of images that no longer is one.
  const changed = db
    .prepare(
      `UPDATE prediction SET packed = zeroblob(length(packed)) WHERE (variant_id, condition_id, block) IN
         (SELECT variant_id, condition_id, block FROM prediction LIMIT 1)`,
    )
    .run()
  expect(changed.changes).toBe(1)
  const facts = packs.reduce((sum, count) => sum + count, 0)
  const [damaged = 0] = packs
  const root = Number(
    db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'image_note'`).pluck().get(),
  )
  const pageSize = Number(db.pragma('page_size', { simple: true }))
  await client.workspace.close()
  const fd = openSync(join(path, 'workspace.sqlite'), 'r+')
  writeSync(fd, Buffer.alloc(pageSize, 0x5a), 0, pageSize, (root - 1) * pageSize)
  closeSync(fd)
  await expect(client.workspace.open({ path })).rejects.toThrow(
    expect.objectContaining({ code: 'WORKSPACE_CORRUPT' }),
  )
  const to = join(temporaryFolder(), 'salvaged')
  const { workspace, tables } = await resultOf(client.workspace.salvage({ path, to }))
  expect(workspace).toMatchObject({ path: to, studies: 4, images: 16, predictions: facts - damaged })
  const of = (name: string) => tables.find((table) => table.name === name)
  expect(of('prediction')).toMatchObject({ read: facts - damaged, damaged, lost: damaged })
  expect(of('image_note')).toMatchObject({ read: 0, lost: 0 })
  expect(verifyDatabase(join(to, 'workspace.sqlite'))).toEqual([])
})

it('a workspace moves to another folder with all that is in it', async () => {
  const path = workspaceFolder()
  const to = join(temporaryFolder(), 'elsewhere', 'moved')
  const { client } = await engine()
  await client.workspace.open({ path })
  expect(await resultOf(client.workspace.move({ to }))).toMatchObject({ path: to, studies: 4, name: 'moved' })
  expect(existsSync(path)).toBe(false)
  expect(reasons(to)).toEqual(['schema'])
})
