import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ownProcess } from '#engine/base/ownProcess.ts'
import { createEngine } from '#engine/api/index.ts'
import { migrations } from '#engine/workspace/schema.ts'
import { changes } from '#shared/contract/changes.ts'
import { contract } from '#shared/contract/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const golden = join(import.meta.dirname, '../../corpus/workspaces/schema-5')
const bin = join(import.meta.dirname, '../../../bin/kernelscope')

/** A workspace of schema 5 in a folder of its own, with clean accuracy of two models as study 1. */
function archived(): string {
  const path = join(temporaryFolder(), 'workspace')
  mkdirSync(path)
  cpSync(join(golden, 'workspace.sqlite'), join(path, 'workspace.sqlite'))
  return path
}
async function engine(stateFile?: string) {
  const started = await createEngine({ stateFile })
  onTestFinished(() => started.close())
  return started
}
const listing = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const file = join(parentPath, name)
      return `${file} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`
    })
    .sort()
const copies = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`kernelscope-readonly-${ownProcess}-`))
const refused = expect.objectContaining({ code: 'WORKSPACE_READONLY' })

it('opened read-only, a workspace of an older schema shows its results, and not a byte of its folder changes', async () => {
  const path = archived()
  const before = listing(path)
  const { client, close } = await engine()
  const info = await client.workspace.open({ path, readOnly: true })
  expect(info).toMatchObject({ path, name: 'workspace', schema: migrations.length, models: 2, studies: 3 })
  expect(info.readOnly).toMatch(/read-only/)
  const { conditions } = await client.studies.result({ id: 1 })
  expect(conditions.map(({ n }) => n)).toEqual([16, 16])
  const directory = join(temporaryFolder(), 'figures')
  const { files } = await client.figures.exportTables({ studyId: 1, formats: ['csv'], directory })
  expect(files.length).toBeGreaterThan(0)
  await expect(client.figures.exportTables({ studyId: 1, formats: ['csv'] })).rejects.toThrow(refused)
  await expect(client.studies.rerun({ id: 1 })).rejects.toThrow(refused)
  await expect(client.annotations.note({ imageId: 1, text: 'seen' })).rejects.toThrow(refused)
  expect(copies()).toHaveLength(1)
  await close()
  expect(copies()).toEqual([])
  expect(listing(path)).toEqual(before)
})

it('one that another engine has open and is writing can be looked at, as it is at that moment', async () => {
  const path = archived()
  const writer = await engine()
  await writer.client.workspace.open({ path })
  await writer.client.studies.rename({ id: 1, title: 'Only in the log' })
  const reader = await engine()
  await expect(reader.client.workspace.open({ path })).rejects.toThrow(
    expect.objectContaining({ code: 'WORKSPACE_LOCKED' }),
  )
  await reader.client.workspace.open({ path, readOnly: true })
  expect((await reader.client.studies.get({ id: 1 })).title).toBe('Only in the log')
  await writer.client.studies.rename({ id: 1, title: 'Later' })
  expect((await reader.client.studies.get({ id: 1 })).title).toBe('Only in the log')
})

it('a job that is queued in it is not run', async () => {
  const path = archived()
  const { client, session } = await engine()
  await client.workspace.open({ path })
  session.db.prepare(`UPDATE job SET state = 'queued' WHERE id = 1`).run()
  await client.workspace.open({ path, readOnly: true })
  expect((await client.jobs.get({ id: 1 })).state).toBe('queued')
  await expect(client.jobs.cancel({ id: 1 })).rejects.toThrow(refused)
})

it('the next start opens it read-only again', async () => {
  const path = archived()
  const stateFile = join(temporaryFolder(), 'state.json')
  const first = await engine(stateFile)
  await first.client.workspace.open({ path, readOnly: true })
  await first.close()
  const { client } = await engine(stateFile)
  expect(await client.workspace.info()).toMatchObject({ path, readOnly: expect.stringMatching(/read-only/) })
})

/** Everyone may read and nobody write; root may write all the same, so the command runs as another user. */
it('a folder without the right to write is opened read-only by itself, with a log that a killed engine left', () => {
  const path = archived()
  writeFileSync(join(path, 'workspace.sqlite-wal'), '')
  for (const name of readdirSync(path)) chmodSync(join(path, name), 0o444)
  const parent = join(path, '..')
  chmodSync(parent, 0o755)
  chmodSync(path, 0o555)
  onTestFinished(() => chmodSync(path, 0o755))
  const root = process.getuid?.() === 0
  const { stdout, stderr, status } = spawnSync(bin, ['-w', path, '--json', 'workspace', 'info'], {
    encoding: 'utf8',
    ...(root ? { uid: 65534, gid: 65534 } : {}),
    env: { ...process.env, HOME: '/nonexistent' },
  })
  expect(stderr).toBe(`opened read-only: The folder cannot be written: ${path}\n`)
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ path, studies: 3, schema: migrations.length })
  expect(readdirSync(path)).toHaveLength(2)
})

const verbs =
  /\.(add|create|save|remove|rename|update|set|use|tag|note|revert|run|rerun|suite|try|take|pause|resume|cancel|clear|reorder|reroot|reindex|import|trim)([A-Z]|$)/
/** They are named like changes, and write to a file or a workspace of the user's choice, or nothing. */
const elsewhere = [
  'cluster.removeProfile',
  'cluster.saveProfile',
  'studies.saveAdversarial',
  'studies.suiteCost',
  'system.saveDiagnostics',
  'units.run',
  'workspace.create',
  'workspace.import',
]

it('every request whose name is that of a change is listed as one', () => {
  const named = Object.entries(contract)
    .flatMap(([room, requests]) => Object.keys(requests).map((name) => `${room}.${name}`))
    .filter((name) => verbs.test(name) && !elsewhere.includes(name))
  const listed = Object.entries(changes).flatMap(([room, names]) => names.map((name) => `${room}.${name}`))
  expect(named.length).toBeGreaterThan(30)
  expect(listed).toEqual(expect.arrayContaining(named))
})
