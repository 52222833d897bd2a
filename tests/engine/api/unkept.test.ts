import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { EngineSession } from '#engine/api/session/session.ts'
import { keepWorkspace } from '#engine/api/system/keep.ts'
import { createWorkspace } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'

const optionsIn = (folder: string) => ({
  stateFile: join(folder, 'state.json'),
  unkeptFolder: join(folder, 'unkept'),
})

async function engineIn(folder: string) {
  const engine = await createEngine(optionsIn(folder))
  onTestFinished(() => engine.close())
  return engine
}
const unkeptIn = (folder: string) => readdirSync(join(folder, 'unkept'))
const remembered = (folder: string) => readFileSync(join(folder, 'state.json'), 'utf8')

/** Creates and closes a workspace. */
function createWorkspaceClosed(folder: string): { path: string } {
  const workspace = createWorkspace(folder)
  workspace.close()
  return { path: workspace.path }
}

/** A workspace that is not kept yet, with one model, one dataset of 16 images and its clean accuracy. */
async function measured(folder: string) {
  const { client, close } = await engineIn(folder)
  await client.workspace.begin()
  const model = await client.models.add({ path: sampleModel('replk3') })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const study = await runStudy(client, {
    kind: 'clean-accuracy',
    params: {},
    modelIds: [model.id],
    datasetId,
  })
  return { client, close, study }
}

describe('a workspace that is not kept yet', () => {
  it('takes models and datasets at once, and is removed when another one is opened or the engine ends', async () => {
    const folder = temporaryFolder()
    const { client, close } = await engineIn(folder)
    expect(await client.workspace.begin()).toMatchObject({
      name: 'Not kept yet',
      unkept: { studies: 0, predictions: 0, figures: 0, subsets: 0, notes: 0 },
    })
    await client.models.add({ path: sampleModel('replk3') })
    expect((await client.workspace.create({ path: join(folder, 'other') })).unkept).toBeNull()
    expect(unkeptIn(folder)).toEqual([])
    await client.workspace.begin()
    await close()
    expect(unkeptIn(folder)).toEqual([])
    expect(remembered(folder)).toBe('{"workspace":null}')
  })

  it('is not removed where the file that names the last workspace cannot be read', async () => {
    const folder = temporaryFolder()
    const { close } = await measured(folder)
    await close()
    const names = unkeptIn(folder)
    expect(names).toHaveLength(1)
    writeFileSync(join(folder, 'state.json'), '{"workspace":')
    await engineIn(folder)
    expect(unkeptIn(folder)).toEqual(names)
  })

  it('is not removed where the file names another one, because its name could not be stored', async () => {
    const folder = temporaryFolder()
    const own = createWorkspaceClosed(join(folder, 'unkept', 'own'))
    mkdirSync(join(folder, 'unkept', 'left.gone'))
    writeFileSync(join(folder, 'state.json'), JSON.stringify({ workspace: join(folder, 'other') }))
    const { client } = await engineIn(folder)
    expect(unkeptIn(folder)).toEqual(['own'])
    expect(await client.workspace.open(own)).toMatchObject({ unkept: { studies: 0 } })
  })

  it('is back in its folder and open where its paths cannot be corrected after the move', async () => {
    const folder = temporaryFolder()
    const { path } = createWorkspaceClosed(join(folder, 'unkept', 'own'))
    const session = new EngineSession(optionsIn(folder))
    onTestFinished(() => session.close())
    await session.openWorkspace(path)
    const add = session.db.prepare(
      "INSERT INTO dataset (title, path, layout, recognised, state, added_at) VALUES ('', ?, '', '', 'ready', 0)",
    )
    for (const place of [path, join(folder, 'kept')]) add.run(join(place, 'pictures'))
    await expect(keepWorkspace(session, join(folder, 'kept'))).rejects.toThrow(/UNIQUE constraint/)
    expect(session.open().workspace.path).toBe(path)
    expect(existsSync(join(folder, 'kept'))).toBe(false)
  })

  it('is there again after the engine died, and the leavings of others are removed', async () => {
    const folder = temporaryFolder()
    const first = await engineIn(folder)
    const { path } = await first.client.workspace.begin()
    // What an engine leaves that is killed.
    const state = remembered(folder)
    cpSync(path, join(folder, 'copy'), { recursive: true })
    await first.close()
    cpSync(join(folder, 'copy'), path, { recursive: true })
    writeFileSync(join(folder, 'state.json'), state)
    mkdirSync(join(folder, 'unkept', 'left'))
    const { client } = await engineIn(folder)
    expect(await client.workspace.info()).toMatchObject({ path, name: 'Not kept yet' })
    expect(unkeptIn(folder)).toHaveLength(1)
  })

  it('stays for the next start where something was measured, and says what would be lost', async () => {
    const folder = temporaryFolder()
    const { close } = await measured(folder)
    await close()
    const { client } = await engineIn(folder)
    expect((await client.workspace.info())?.unkept).toMatchObject({ studies: 1, predictions: 16 })
    await client.workspace.close()
    expect(unkeptIn(folder)).toEqual([])
    expect(await client.workspace.info()).toBeNull()
  })

  it('moves whole to a new folder, with what was measured and the paths inside it', async () => {
    const folder = temporaryFolder()
    const { client, study } = await measured(folder)
    const info = await client.workspace.info()
    const inside = sampleImages(join(info?.path ?? '', 'frames'), 1)
    const framed = await addDataset(client, inside)
    const before = await client.studies.result({ id: study.id })
    const full = join(folder, 'full')
    mkdirSync(full)
    writeFileSync(join(full, 'notes.txt'), '')
    await expect(client.workspace.keep({ path: full })).rejects.toMatchObject({ code: 'WORKSPACE_EXISTS' })
    await expect(client.workspace.keep({ path: join(full, 'notes.txt', 'a') })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    })
    expect(await client.workspace.info()).toMatchObject({ path: info?.path, name: 'Not kept yet' })

    const kept = join(folder, 'kept')
    expect(await client.workspace.keep({ path: kept })).toMatchObject({
      path: kept,
      name: 'kept',
      unkept: null,
    })
    expect(unkeptIn(folder)).toEqual([])
    expect(remembered(folder)).toBe(JSON.stringify({ workspace: kept }))
    const after = await client.studies.result({ id: study.id })
    expect(after.tables).toEqual(before.tables)
    expect((await client.datasets.get({ id: framed })).path).toBe(join(kept, 'frames', 'images'))
    await expect(client.workspace.keep({ path: join(folder, 'again') })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
  })

  it('puts its models and datasets into a workspace that is there', async () => {
    const folder = temporaryFolder()
    const { client } = await engineIn(folder)
    const path = join(folder, 'mine')
    await client.workspace.create({ path })
    const own = await client.models.add({ path: sampleModel('replk3'), title: 'Mine' })
    await client.workspace.begin()
    await client.models.add({ path: sampleModel('replk3'), title: 'Known there' })
    const added = await client.models.add({ path: sampleModel('replk7') })
    await client.models.update({ id: added.id, note: 'a note' })
    await addDataset(client, sampleImages(folder, 1))
    expect(await client.workspace.keep({ path })).toMatchObject({
      path,
      models: 2,
      datasets: 1,
      unkept: null,
    })
    const models = await client.models.list()
    expect(models.find(({ id }) => id === own.id)?.title).toBe('Mine')
    expect(models.find(({ digest }) => digest === added.digest)?.note).toBe('a note')
    await expect.poll(async () => (await client.datasets.list()).map(({ images }) => images)).toEqual([16])
    expect(unkeptIn(folder)).toEqual([])
  })

  it('puts what was measured into a workspace that is there, too', async () => {
    const folder = temporaryFolder()
    const { client, study } = await measured(folder)
    const { tables } = await client.studies.result({ id: study.id })
    const path = join(folder, 'mine')
    const other = await createEngine()
    onTestFinished(() => other.close())
    await other.client.workspace.create({ path })
    await other.client.workspace.close()
    expect(await client.workspace.keep({ path })).toMatchObject({ path, studies: 1, predictions: 16 })
    const [there] = await client.studies.list()
    const result = await client.studies.result({ id: there?.id ?? 0 })
    expect(result).toMatchObject({ complete: true, tables })
    expect(unkeptIn(folder)).toEqual([])
  })
})

describe('the sample workspace', () => {
  it('tells what is done, and goes on where it was cancelled', async () => {
    const path = join(temporaryFolder(), 'sample')
    const engine = await createEngine()
    onTestFinished(() => engine.close())
    for await (const event of await engine.client.workspace.openSample({ path }))
      if (event.type === 'progress' && event.unit === 'models') break
    await expect.poll(() => engine.client.workspace.info()).toBeNull()
    expect(existsSync(join(path, 'sample', 'labels.json'))).toBe(true)
    const told: string[] = []
    for await (const event of await engine.client.workspace.openSample({ path }))
      told.push(event.type === 'progress' ? event.unit : `${event.result.models} models`)
    expect([...new Set(told)]).toEqual(['files', 'models', '8 models'])
    expect((await engine.client.datasets.list()).length).toBe(5)
  }, 100_000)
})
