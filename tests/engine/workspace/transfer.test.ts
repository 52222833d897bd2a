import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { verifyDatabase } from '#engine/workspace/keeping/verify.ts'
import { temporaryFolder } from '../../temporary.ts'
import { engine, golden, workspaceFolder } from './restored.ts'

it('a workspace that is exported and imported elsewhere has the same results and masks', async () => {
  const path = workspaceFolder()
  const folder = temporaryFolder()
  const { client } = await engine()
  await client.workspace.open({ path })
  const before = await client.studies.result({ id: 1 })
  writeFileSync(join(path, 'draws', 'kept.sqlite'), 'masks')
  const zip = join(folder, 'all.zip')
  expect((await client.workspace.export({ path: zip })).bytes).toBeGreaterThan(10_000)
  const to = join(folder, 'there')
  expect(await client.workspace.import({ path: zip, to })).toMatchObject({ path: to, studies: 4 })
  expect((await client.studies.result({ id: 1 })).conditions).toEqual(before.conditions)
  expect(readdirSync(join(to, 'draws'))).toEqual(['kept.sqlite'])
  await expect(client.workspace.import({ path: zip, to })).rejects.toThrow(
    expect.objectContaining({ code: 'WORKSPACE_EXISTS' }),
  )
})

it('a zip that is no workspace leaves nothing', async () => {
  const folder = temporaryFolder()
  const { client } = await engine()
  const bundle = join(golden, '..', 'bundle.zip')
  await expect(client.workspace.import({ path: bundle, to: join(folder, 'there') })).rejects.toThrow(
    expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
  )
  expect(readdirSync(folder)).toEqual([])
  expect(existsSync(join(folder, 'there'))).toBe(false)
})

it('a merged workspace brings models, facts, notes and tags; what was there stays, and nothing comes twice', async () => {
  const from = workspaceFolder()
  const first = await engine()
  await first.client.workspace.open({ path: from })
  await first.client.annotations.note({ imageId: 1, text: 'of the other' })
  const facts = (await first.client.workspace.info())?.predictions ?? 0
  await first.close()
  const { client, session } = await engine()
  const path = join(temporaryFolder(), 'own')
  await client.workspace.create({ path })
  // Other ids than there: keys are matched by their content.
  session.db.exec(`INSERT INTO example (digest, class) VALUES (x'00', 'own'), (x'01', 'own');
    INSERT INTO condition (transform) VALUES ('own');`)
  const added = await client.workspace.merge({ from })
  expect(added).toMatchObject({ models: 2, predictions: facts, datasets: [], studies: 4 })
  expect(added.measurements).toBeGreaterThan(0)
  expect(added.missing).toHaveLength(1)
  expect(added.annotations).toBe(3)
  expect(await client.workspace.merge({ from })).toMatchObject({
    models: 0,
    predictions: 0,
    measurements: 0,
    annotations: 0,
  })
  expect(await client.workspace.info()).toMatchObject({ models: 2, predictions: facts })
  expect((await client.annotations.tags()).map(({ name }) => name)).toEqual(['pets'])
  await expect(client.workspace.merge({ from: path })).rejects.toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  )
  await client.workspace.close()
  expect(verifyDatabase(join(path, 'workspace.sqlite'))).toEqual([])
})
