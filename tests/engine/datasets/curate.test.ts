import { folderCheckText } from '#shared/folderCheckText.ts'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { frozen, storeFrozen } from '#engine/studies/store/subset.ts'
import { temporaryFolder } from '../../temporary.ts'
import { storeSelection } from '#engine/studies/store/selection.ts'

const picture = (level: number) =>
  sharp({ create: { width: 8, height: 6, channels: 3, background: { r: level, g: 9, b: 9 } } })
    .png()
    .toBuffer()

async function finished(engine: Engine, jobId: number): Promise<void> {
  for await (const job of await engine.client.jobs.watch())
    if (job.id === jobId && ['done', 'failed'].includes(job.state)) return
}

/** An engine with an indexed dataset of two classes with three images each, all different. */
async function setUp() {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const root = join(folder, 'images')
  let level = 0
  for (const name of ['cat', 'dog']) {
    mkdirSync(join(root, name), { recursive: true })
    for (const file of ['a', 'b', 'c'])
      writeFileSync(join(root, name, `${file}.png`), await picture((level += 20)))
  }
  const { dataset, jobId } = await engine.client.datasets.add({ path: root })
  await finished(engine, jobId)
  const { client } = engine
  const datasetId = dataset.id
  const names = async (filter: object) =>
    (await client.datasets.images({ datasetId, filter })).rows.map(({ name }) => name)
  const { rows } = await client.datasets.images({ datasetId })
  const ids = rows.map(({ id }) => id)
  return { engine, client, folder, root, datasetId, names, ids }
}

describe('tags and notes', () => {
  it('belong to the bytes of an image and stay when it is indexed under another name', async () => {
    const { engine, client, root, datasetId, names, ids } = await setUp()
    const selection = { filter: null, ids: ids.slice(0, 2) }
    expect(await client.annotations.tag({ datasetId, selection, add: ['odd, very'] })).toMatchObject({
      files: 2,
    })
    await client.annotations.note({ imageId: ids[0] ?? 0, text: 'shownFact again' })
    renameSync(join(root, 'cat', 'a.png'), join(root, 'cat', 'z.png'))
    const { jobId } = await client.datasets.reindex({ id: datasetId })
    await finished(engine, jobId)
    expect(await names({ tags: ['odd, very'] })).toEqual(['cat/b.png', 'cat/z.png'])
    expect(await names({ noted: true })).toEqual(['cat/z.png'])
    expect(await client.annotations.tags()).toEqual([{ name: 'odd, very', files: 2 }])
  })

  it('are undone exactly: an image that had the tag before keeps it', async () => {
    const { client, datasetId, names, ids } = await setUp()
    const one = { filter: null, ids: ids.slice(0, 1) }
    await client.annotations.tag({ datasetId, selection: one, add: ['dark'] })
    const all = await client.annotations.tag({
      datasetId,
      selection: { filter: {} },
      add: ['dark'],
      remove: ['light'],
    })
    expect(all.files).toBe(5)
    const back = await client.annotations.revert({ change: all.change })
    expect(await names({ tags: ['dark'] })).toEqual(['cat/a.png'])
    await client.annotations.revert({ change: back.change })
    expect(await names({ tags: ['dark'] })).toHaveLength(6)
    await expect(client.annotations.revert({ change: 9999 })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('are removed by an empty note', async () => {
    const { client, datasetId, ids, names } = await setUp()
    await client.annotations.note({ imageId: ids[1] ?? 0, text: 'first' })
    await client.annotations.note({ imageId: ids[1] ?? 0, text: 'second' })
    expect(await client.datasets.image({ id: ids[1] ?? 0 })).toMatchObject({ note: 'second', tags: [] })
    expect(await client.datasets.facets({ datasetId })).toMatchObject({ noted: 1 })
    await client.annotations.note({ imageId: ids[1] ?? 0, text: ' ' })
    expect(await names({ noted: true })).toEqual([])
  })
})

describe('a subset', () => {
  it('is a rule with exceptions that can be changed, renamed, removed and restored', async () => {
    const { client, datasetId, names, ids } = await setUp()
    const made = await client.subsets.create({
      datasetId,
      name: 'cats',
      selection: { filter: { classes: [0] }, ids: ids.slice(0, 1) },
    })
    expect(await names({ subsetId: made.id })).toEqual(['cat/b.png', 'cat/c.png'])
    expect(await client.datasets.selected({ datasetId, selection: made.selection })).toEqual({ images: 2 })
    await client.subsets.update({
      id: made.id,
      name: 'felines',
      selection: { filter: null, ids: ids.slice(3, 4) },
    })
    expect(await names({ subsetId: made.id })).toEqual(['dog/a.png'])
    await client.subsets.remove({ id: made.id })
    await expect(names({ subsetId: made.id })).rejects.toMatchObject({ code: 'SUBSET_NOT_FOUND' })
    await client.subsets.create(made)
    expect(await client.subsets.list({ datasetId })).toMatchObject([{ id: made.id, name: 'cats' }])
  })

  it('has a unique name and cannot contain itself', async () => {
    const { client, datasetId } = await setUp()
    const first = await client.subsets.create({ datasetId, name: 'one', selection: { filter: {} } })
    await expect(
      client.subsets.create({ datasetId, name: 'one', selection: { filter: {} } }),
    ).rejects.toMatchObject({ code: 'SUBSET_NAME' })
    const second = await client.subsets.create({
      datasetId,
      name: 'two',
      selection: { filter: { subsetId: first.id } },
    })
    await expect(
      client.subsets.update({ id: first.id, selection: { filter: { subsetId: second.id } } }),
    ).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('is frozen for a study, which keeps its images when the rule gives others', async () => {
    const { engine, datasetId, ids } = await setUp()
    const { db } = engine.session.open().workspace
    db.prepare(
      "INSERT INTO study (id, kind, title, params, dataset_id, created_at) VALUES (1, 'k', 't', '{}', ?, 0)",
    ).run(datasetId)
    db.prepare(
      "INSERT INTO study (id, kind, title, params, dataset_id, created_at) VALUES (2, 'k', 't', '{}', ?, 0)",
    ).run(datasetId)
    const subset = frozen({ id: 1, name: 's' }, 'class=0', Uint32Array.from(ids.slice(1, 5)))
    storeFrozen(db, 1, subset, datasetId, [])
    storeSelection(db, 2, datasetId, { perClass: 1, seed: 0 }, new Set(subset.imageIds))
    const kept = (study: number) =>
      db
        .prepare<[number], number>('SELECT image_id FROM study_image WHERE study_id = ? ORDER BY image_id')
        .pluck()
        .all(study)
    expect(kept(1)).toEqual(ids.slice(1, 5))
    expect(kept(2)).toHaveLength(2)
    expect(kept(2).every((id) => ids.slice(1, 5).includes(id))).toBe(true)
    expect(frozen({ id: 1, name: 's' }, '', Uint32Array.from(ids.slice(1, 5))).record.key).toBe(
      subset.record.key,
    )
    expect(frozen({ id: 1, name: 's' }, '', Uint32Array.from(ids)).record.key).not.toBe(subset.record.key)
  })
})

describe('a folder that has moved', () => {
  it('is noticed, refused where files differ, and accepted with ids and tags kept', async () => {
    const { engine, client, folder, root, datasetId, names, ids } = await setUp()
    await client.annotations.tag({ datasetId, selection: { filter: null, ids: ids.slice(0, 1) }, add: ['x'] })
    expect(await client.datasets.check({ id: datasetId })).toMatchObject({ looked: 6, same: 6 })
    const moved = join(folder, 'moved')
    cpSync(root, moved, { recursive: true })
    rmSync(root, { recursive: true })
    expect(await client.datasets.check({ id: datasetId })).toMatchObject({ looked: 6, missing: 6 })
    const wrong = join(folder, 'wrong')
    cpSync(moved, wrong, { recursive: true })
    writeFileSync(join(wrong, 'dog', 'c.png'), readFileSync(join(moved, 'cat', 'a.png')))
    await expect(client.datasets.reroot({ id: datasetId, path: wrong })).rejects.toMatchObject({
      code: 'DATASET_MOVED',
      data: { details: 'dog/c.png' },
    })
    const { dataset, jobId } = await client.datasets.reroot({ id: datasetId, path: moved })
    await finished(engine, jobId)
    expect(dataset.path).toBe(moved)
    expect(await names({ tags: ['x'] })).toEqual(['cat/a.png'])
    expect((await client.datasets.images({ datasetId })).rows.map(({ id }) => id)).toEqual(ids)
    expect(await client.datasets.check({ id: datasetId })).toMatchObject({ same: 6 })
    const touched = join(moved, 'cat', 'b.png')
    utimesSync(touched, 1, 1)
    expect(await client.datasets.check({ id: datasetId })).toMatchObject({ same: 6, digests: 1, of: 6 })
    // The new time is kept, so its bytes need not be read again.
    expect(await client.datasets.check({ id: datasetId })).toMatchObject({ same: 6, digests: 0 })
    const other = readFileSync(touched)
    other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1)
    writeFileSync(touched, other)
    utimesSync(touched, 1, 1)
    // Equal in size and time: only its digest tells.
    expect(folderCheckText(await client.datasets.check({ id: datasetId }))).toBe(
      '6 of 6 files were looked at: 6 as indexed by size and time.',
    )
    const events = []
    for await (const event of await client.datasets.checkAll({ id: datasetId })) events.push(event)
    expect(events[0]).toMatchObject({ type: 'progress', done: 0, total: 6 })
    const last = events.at(-1)
    const check = last?.type === 'result' ? last.result : null
    expect(check).toMatchObject({ of: 6, looked: 6, digests: 5, same: 5, changed: 1, names: ['cat/b.png'] })
    expect(check && folderCheckText(check)).toBe('Digests of 5 of 6 files are equal, 1 changed.')
    rmSync(moved, { recursive: true })
    await expect(
      (async () => {
        for await (const event of await client.datasets.checkAll({ id: datasetId })) events.push(event)
      })(),
    ).rejects.toMatchObject({ data: { code: 'FILE_MISSING', message: expect.stringContaining(moved) } })
  })
})

describe('a list of files', () => {
  it('has path, class and digest of every chosen image', async () => {
    const { client, root, folder, datasetId, ids } = await setUp()
    const path = join(folder, 'list.csv')
    const selection = { filter: { classes: [1] }, ids: ids.slice(3, 4) }
    expect(await client.datasets.exportList({ datasetId, selection, path })).toMatchObject({
      images: 2,
      path,
    })
    const [head, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
    expect(head).toBe('path,name,class,part,width,height,bytes,sha256,problem,class_name')
    expect(lines.map((line) => line.split(',').slice(0, 6))).toEqual(
      ['b', 'c'].map((file) => [join(root, 'dog', `${file}.png`), `dog/${file}.png`, 'dog', '', '8', '6']),
    )
    expect(lines.every((line) => /,[0-9a-f]{64},,dog$/.test(line))).toBe(true)
  })
})

describe('renaming', () => {
  it('changes the title alone, which stays when the dataset is indexed again', async () => {
    const { engine, client, datasetId, names } = await setUp()
    const before = await client.datasets.get({ id: datasetId })
    expect(await client.datasets.rename({ id: datasetId, title: ' Cats and dogs ' })).toEqual({
      ...before,
      title: 'Cats and dogs',
    })
    await finished(engine, (await client.datasets.reindex({ id: datasetId })).jobId)
    expect((await client.datasets.list()).map(({ title }) => title)).toEqual(['Cats and dogs'])
    expect(await names({})).toHaveLength(6)
  })

  it('needs a title and an existing dataset', async () => {
    const { client, datasetId } = await setUp()
    await expect(client.datasets.rename({ id: datasetId, title: ' ' })).rejects.toThrow()
    await expect(client.datasets.rename({ id: 99, title: 'x' })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    })
  })
})
