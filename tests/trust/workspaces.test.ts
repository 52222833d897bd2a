import Database from 'better-sqlite3'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runCli } from '../../src/cli/program.ts'
import { terminal } from '../cli/terminal.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { makeBase } from './workspaces/base.ts'
import { cases } from './workspaces/cases/index.ts'
import expected from './workspaces/expected.json' with { type: 'json' }
import { told } from './told.ts'
import { changeRows, placeIn } from './workspaces/place.ts'
import { outcomeOf } from './workspaces/visit.ts'

let engine: Engine
const root = temporaryFolderOfFile()
const base = join(root, 'base')
const promised = z.record(z.string(), z.unknown()).parse(expected)

beforeAll(async () => {
  chmodSync(root, 0o755)
  engine = await createEngine({ imageWorkers: 1 })
  await makeBase(engine, base)
})
afterAll(() => engine.close())

it('a sound workspace opens, answers everything and is found sound', async () => {
  const place = placeIn(join(root, 'sound'), base)
  const outcome = await outcomeOf(engine, { title: 'sound', spoil: () => undefined, reads: 'facts' }, place)
  expect(outcome).toEqual({ opened: 'opens' })
})

it('lists leave out a damaged row and say so; the others stay usable', async () => {
  const { client } = engine
  const { path, file } = placeIn(join(root, 'rows'), base)
  changeRows(
    file,
    `UPDATE study SET params = '[' WHERE id = 4; UPDATE model SET inspection = '{' WHERE id = 2;
    UPDATE job SET progress = '{' WHERE id = 2; UPDATE subset SET selection = '[]' WHERE id = 1;
    INSERT INTO composition (title, body, revision, changed_at) VALUES ('a', '{', 1, 1)`,
  )
  const ids = (rows: { id: number }[]) => rows.map(({ id }) => id)
  try {
    const { warnings, leftOut } = await client.workspace.open({ path })
    const counts = '1 model, 2 studies, 1 job, 1 composed figure, 1 subset'
    expect(warnings).toEqual([
      `Damaged and left out of lists: ${counts}. Verify the workspace, then heal it or restore a backup.`,
    ])
    expect((await client.workspace.info())?.warnings).toEqual(warnings)
    expect(leftOut).toContainEqual({ list: 'studies', rows: '2 studies' })
    expect(ids(await client.models.list())).toEqual([1])
    expect(ids(await client.datasets.list())).toEqual([1])
    // Job 2 is that of study 1.
    expect(ids(await client.studies.list())).toEqual([3, 2])
    expect(ids(await client.jobs.list({}))).toEqual([5, 4, 3, 1])
    expect(await client.compositions.list()).toEqual([])
    expect(await client.subsets.list({ datasetId: 1 })).toEqual([])
    const refused = {
      code: 'WORKSPACE_CORRUPT',
      data: { hint: expect.stringMatching(/^Verify the workspace/) },
    }
    await expect(client.studies.get({ id: 4 })).rejects.toMatchObject(refused)
    await expect(client.models.get({ id: 2 })).rejects.toMatchObject(refused)
    await expect(client.jobs.get({ id: 2 })).rejects.toMatchObject(refused)
    await expect(client.subsets.get({ id: 1 })).rejects.toMatchObject(refused)
    const cli = async (...args: string[]) => {
      const { io, written } = terminal()
      const start = () => Promise.resolve({ client, close: () => Promise.resolve() })
      return { code: await runCli([...args, '-w', path], io, start, '1.2.3'), ...written }
    }
    const listed = await cli('study', 'list', '--json')
    expect([listed.code, listed.err]).toEqual([0, `warning: ${warnings.join()}\n`])
    expect(JSON.parse(listed.out)).toMatchObject({ studies: [{ id: 3 }, { id: 2 }] })
    for (const show of ['study show 4', 'model show 2', 'model show 1'])
      expect([show, (await cli(...show.split(' '))).code]).toEqual([show, show.endsWith('1') ? 0 : 3])
    // Where the row is gone, nothing is left out any more.
    const db = new Database(file)
    db.function('row_digest', { varargs: true }, () => 0)
    db.exec('DELETE FROM subset WHERE id = 1')
    db.close()
    expect((await client.workspace.info())?.warnings.join()).not.toContain('subset')
  } finally {
    await client.workspace.close()
  }
})

it('there are as many hostile workspaces as outcomes, and as docs/trust.md tells of', () => {
  expect(cases.map(({ title }) => title).sort()).toEqual(Object.keys(promised).sort())
  expect(told().workspaces).toBe(cases.length)
  // Each fault has a code that says whose it is, and nothing of others is touched.
  expect(JSON.stringify(expected)).not.toMatch(/INTERNAL|"changed"/)
})

describe.runIf(process.platform !== 'win32')('a workspace with', () => {
  it.each(cases)('$title', async (one) => {
    const folder = join(root, 'one')
    try {
      expect(await outcomeOf(engine, one, placeIn(folder, base))).toEqual(promised[one.title])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
