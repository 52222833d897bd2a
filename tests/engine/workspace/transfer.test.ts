import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
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
