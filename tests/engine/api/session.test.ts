import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { createWorkspace } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

async function engineIn(folder: string): Promise<Engine> {
  const engine = await createEngine({ stateFile: join(folder, 'state.json') })
  onTestFinished(() => engine.close())
  return engine
}

describe('opening a workspace while another is open', () => {
  it('keeps the open workspace where the other one cannot be opened', async () => {
    const folder = temporaryFolder()
    const { client } = await engineIn(folder)
    const first = join(folder, 'first')
    await client.workspace.create({ path: first })
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    const held = createWorkspace(join(folder, 'held'))
    onTestFinished(() => held.close())
    for (const [path, code] of [
      [empty, 'WORKSPACE_MISSING'],
      [held.path, 'WORKSPACE_LOCKED'],
    ] as const)
      await expect(client.workspace.open({ path })).rejects.toMatchObject({ code })
    await expect(client.workspace.create({ path: first })).rejects.toMatchObject({ code: 'WORKSPACE_EXISTS' })
    expect((await client.workspace.info())?.path).toBe(first)
    expect(await client.models.list()).toEqual([])
  })

  it('closes the first after the second was opened, and remembers the second', async () => {
    const folder = temporaryFolder()
    const { client } = await engineIn(folder)
    const [first, second] = ['first', 'second'].map((name) => join(folder, name))
    await client.workspace.create({ path: first ?? '' })
    await client.workspace.create({ path: second ?? '' })
    expect((await client.workspace.info())?.path).toBe(second)
    expect(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'))).toEqual({ workspace: second })
    expect((await client.workspace.open({ path: first ?? '' })).path).toBe(first)
  })

  it('does nothing where the workspace is open already, even under another path', async () => {
    const folder = temporaryFolder()
    const { client, session } = await engineIn(folder)
    const path = join(folder, 'first')
    await client.workspace.create({ path })
    const { workspace } = session.open()
    const link = join(folder, 'link')
    symlinkSync(path, link, 'dir')
    for (const name of [path, link]) expect((await client.workspace.open({ path: name })).path).toBe(path)
    expect(session.open().workspace).toBe(workspace)
  })

  it('opens a new workspace that replaced the open one in its folder', async () => {
    const folder = temporaryFolder()
    const { client, session } = await engineIn(folder)
    const path = join(folder, 'first')
    await client.workspace.create({ path })
    const { workspace } = session.open()
    rmSync(path, { recursive: true })
    createWorkspace(path).close()
    await client.workspace.open({ path })
    expect(session.open().workspace).not.toBe(workspace)
    expect(await client.datasets.list()).toEqual([])
  })

  it('opens workspaces one after the other where several are requested at once', async () => {
    const folder = temporaryFolder()
    const { client, session } = await engineIn(folder)
    const paths = ['a', 'b', 'c'].map((name) => join(folder, name))
    await Promise.all(paths.map((path) => client.workspace.create({ path })))
    expect(session.open().workspace.path).toBe(paths[2])
    // The earlier ones were closed, so they can be opened again.
    for (const path of paths.slice(0, 2)) await client.workspace.open({ path })
  })
})
