import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { copyFolder, sizeOfFolder } from '#engine/base/copyFolder.ts'
import { temporaryFolder } from '../../temporary.ts'
import { engine, golden, resultOf, workspaceFolder } from './restored.ts'

it('a workspace that is exported and imported elsewhere has the same results and masks', async () => {
  const path = workspaceFolder()
  const folder = temporaryFolder()
  const { client } = await engine()
  await client.workspace.open({ path })
  const before = await client.studies.result({ id: 1 })
  writeFileSync(join(path, 'draws', 'kept.sqlite'), 'masks')
  const zip = join(folder, 'all.zip')
  expect((await resultOf(client.workspace.export({ path: zip }))).bytes).toBeGreaterThan(10_000)
  expect(await client.workspace.planImport({ path: zip })).toMatchObject({
    from: path,
    holds: { studies: 4 },
  })
  const to = join(folder, 'there')
  expect(await resultOf(client.workspace.import({ path: zip, to }))).toMatchObject({ path: to, studies: 4 })
  expect((await client.studies.result({ id: 1 })).conditions).toEqual(before.conditions)
  expect(readdirSync(join(to, 'draws'))).toEqual(['kept.sqlite'])
  await expect(resultOf(client.workspace.import({ path: zip, to }))).rejects.toThrow(
    expect.objectContaining({ code: 'WORKSPACE_EXISTS' }),
  )
})

it('a zip that is no workspace leaves nothing', async () => {
  const folder = temporaryFolder()
  const { client } = await engine()
  const bundle = join(golden, '..', 'bundle.zip')
  await expect(
    resultOf(client.workspace.import({ path: bundle, to: join(folder, 'there') })),
  ).rejects.toThrow(expect.objectContaining({ code: 'BUNDLE_MALFORMED' }))
  expect(readdirSync(folder)).toEqual([])
  expect(existsSync(join(folder, 'there'))).toBe(false)
})

it('what was stopped leaves nothing, and a workspace that could not be moved is open where it was', async () => {
  const path = workspaceFolder()
  const folder = temporaryFolder()
  const { client } = await engine()
  await client.workspace.open({ path })
  const zip = join(folder, 'all.zip')
  await resultOf(client.workspace.export({ path: zip }))
  const to = join(folder, 'to', 'there')
  for (const begin of [
    (how: { signal: AbortSignal }) => client.workspace.import({ path: zip, to }, how),
    (how: { signal: AbortSignal }) => client.workspace.salvage({ path, to }, how),
    (how: { signal: AbortSignal }) => client.workspace.export({ path: join(folder, 'other.zip') }, how),
  ]) {
    for await (const event of await begin({ signal: new AbortController().signal }))
      if (event.type === 'progress') break
    expect(readdirSync(folder).filter((name) => name !== 'to')).toEqual(['all.zip'])
    expect(existsSync(to)).toBe(false)
  }
  expect(await client.workspace.planMove({ to })).toMatchObject({ copied: false })
  await expect(resultOf(client.workspace.move({ to: folder }))).rejects.toThrow(
    expect.objectContaining({ code: 'WORKSPACE_EXISTS' }),
  )
  expect(await client.workspace.info()).toMatchObject({ path })
  expect(await client.system.place({ path: folder })).toEqual({ is: 'full' })
  expect(await client.system.place({ path })).toEqual({ is: 'workspace' })
})

it('a folder is copied whole, with its times and links, or stopped between files', async () => {
  const from = temporaryFolder()
  const to = join(temporaryFolder(), 'copy')
  mkdirSync(join(from, 'in'))
  writeFileSync(join(from, 'in', 'a'), 'abc')
  symlinkSync('a', join(from, 'in', 'link'))
  utimesSync(join(from, 'in', 'a'), 1000, 2000)
  const told: number[] = []
  await copyFolder(from, to, { onBytes: (bytes) => told.push(bytes) })
  expect(told).toEqual([3])
  expect(readFileSync(join(to, 'in', 'link'), 'utf8')).toBe('abc')
  expect(readlinkSync(join(to, 'in', 'link'))).toBe('a')
  expect(statSync(join(to, 'in', 'a')).mtimeMs).toBe(2_000_000)
  expect(await sizeOfFolder(from)).toEqual({ files: 1, bytes: 3 })
  await expect(
    copyFolder(from, join(to, 'again'), { signal: AbortSignal.abort(new Error('stopped')) }),
  ).rejects.toThrow('stopped')
})
