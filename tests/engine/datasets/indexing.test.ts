import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Dataset } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const solid = (r: number, g: number, b: number) =>
  sharp({ create: { width: 20, height: 12, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer()

let red: Buffer
let blue: Buffer
beforeAll(async () => {
  red = await solid(200, 0, 0)
  blue = await solid(0, 0, 200)
})

/** An engine with an empty workspace, and a folder with two classes of two images each. */
async function setUp(): Promise<{ engine: Engine; root: string }> {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const root = join(folder, 'images')
  for (const name of ['cat', 'dog']) {
    mkdirSync(join(root, name), { recursive: true })
    writeFileSync(join(root, name, 'a.png'), red)
    writeFileSync(join(root, name, 'b.png'), blue)
  }
  return { engine, root }
}

async function finished(engine: Engine, jobId: number): Promise<void> {
  for await (const job of await engine.client.jobs.watch()) {
    if (job.id === jobId && ['done', 'failed'].includes(job.state)) return
  }
}

async function add(engine: Engine, path: string, labels?: string): Promise<Dataset> {
  const { dataset, jobId } = await engine.client.datasets.add({ path, ...(labels ? { labels } : {}) })
  await finished(engine, jobId)
  return engine.client.datasets.get({ id: dataset.id })
}

describe('indexing a folder', () => {
  it('reads class subfolders in sorted order and measures every image', async () => {
    const { engine, root } = await setUp()
    const dataset = await add(engine, root)
    expect(dataset).toMatchObject({
      layout: 'folders',
      state: 'ready',
      images: 4,
      unreadable: 0,
      classes: [
        { index: 0, name: 'cat', images: 2 },
        { index: 1, name: 'dog', images: 2 },
      ],
    })
    const { rows } = await engine.client.datasets.images({ datasetId: dataset.id })
    expect(
      rows.map(({ name, className, width, height, bytes }) => ({ name, className, width, height, bytes })),
    ).toContainEqual({
      name: 'dog/b.png',
      className: 'dog',
      width: 20,
      height: 12,
      bytes: blue.length,
    })
  })

  it('reads labels of a flat folder from a CSV', async () => {
    const { engine, root } = await setUp()
    const flat = join(root, 'cat')
    writeFileSync(join(flat, 'labels.csv'), 'Label,File\nzebra,a.png\nant,b.png\n')
    const dataset = await add(engine, flat)
    expect(dataset).toMatchObject({
      layout: 'csv',
      classes: [
        { name: 'ant', images: 1 },
        { name: 'zebra', images: 1 },
      ],
    })
  })

  it('takes over another name of a class at its old place', async () => {
    const { engine, root } = await setUp()
    const flat = join(root, 'cat')
    const csv = join(flat, 'labels.csv')
    writeFileSync(csv, 'file,label\na.png,1\nb.png,2\n')
    const { id } = await add(engine, flat)
    writeFileSync(csv, 'file,label\na.png,0\nb.png,1\n')
    await finished(engine, (await engine.client.datasets.reindex({ id })).jobId)
    const database = new Database(join(root, '../workspace/workspace.sqlite'), { readonly: true })
    onTestFinished(() => void database.close())
    const measured = database
      .prepare('SELECT i.name, e.class FROM image i JOIN example e ON e.id = i.example_id ORDER BY i.name')
      .raw()
      .all()
    expect(measured).toEqual([
      ['a.png', '0'],
      ['b.png', '1'],
    ])
  })

  it('refuses a CSV without the columns, an empty folder and a missing one', async () => {
    const { engine, root } = await setUp()
    const csv = join(root, 'wrong.csv')
    writeFileSync(csv, 'a,b\n1,2\n')
    const empty = join(root, 'cat', 'nothing')
    mkdirSync(empty)
    await expect(engine.client.datasets.add({ path: join(root, 'cat'), labels: csv })).rejects.toMatchObject({
      code: 'DATASET_LABELS',
    })
    await expect(engine.client.datasets.add({ path: empty })).rejects.toMatchObject({ code: 'DATASET_EMPTY' })
    await expect(engine.client.datasets.add({ path: join(root, 'gone') })).rejects.toMatchObject({
      code: 'FILE_MISSING',
    })
  })

  it('stores unreadable files with a reason and goes on', async () => {
    const { engine, root } = await setUp()
    writeFileSync(join(root, 'cat', 'empty.jpg'), '')
    writeFileSync(join(root, 'cat', 'text.png'), 'not a picture')
    mkdirSync(join(root, 'dog', 'folder.jpg'))
    symlinkSync(root, join(root, 'dog', 'loop'))
    symlinkSync(join(root, 'nowhere.png'), join(root, 'dog', 'dangling.png'))
    const dataset = await add(engine, root)
    expect(dataset).toMatchObject({ state: 'ready', images: 7, unreadable: 3 })
    const { rows } = await engine.client.datasets.images({
      datasetId: dataset.id,
      filter: { readable: false },
    })
    expect(rows.map(({ name, problem }) => [name, problem?.code]).sort()).toEqual([
      ['cat/empty.jpg', 'IMAGE_UNREADABLE'],
      ['cat/text.png', 'IMAGE_UNREADABLE'],
      ['dog/dangling.png', 'IMAGE_UNREADABLE'],
    ])
  })

  it('notices added, changed and removed files and keeps the other rows', async () => {
    const { engine, root } = await setUp()
    const dataset = await add(engine, root)
    const before = await engine.client.datasets.images({ datasetId: dataset.id })
    const idOf = (page: typeof before, name: string) => page.rows.find((row) => row.name === name)?.id
    const digestIn = async (page: typeof before, name: string) =>
      (await engine.client.datasets.image({ id: idOf(page, name) ?? 0 })).digest
    const was = await digestIn(before, 'dog/a.png')
    rmSync(join(root, 'cat', 'a.png'))
    writeFileSync(join(root, 'dog', 'a.png'), await solid(0, 200, 0))
    writeFileSync(join(root, 'dog', 'c.png'), red)
    const { jobId } = await engine.client.datasets.reindex({ id: dataset.id })
    await finished(engine, jobId)
    const after = await engine.client.datasets.images({ datasetId: dataset.id })
    expect(after.rows.map(({ name }) => name).sort()).toEqual([
      'cat/b.png',
      'dog/a.png',
      'dog/b.png',
      'dog/c.png',
    ])
    const changed = readFileSync(join(root, 'dog', 'a.png'))
    expect(was).not.toBeNull()
    expect(await digestIn(after, 'dog/a.png')).toBe(createHash('sha256').update(changed).digest('hex'))
    expect(await digestIn(after, 'dog/a.png')).not.toBe(was)
    expect(idOf(after, 'dog/b.png')).toBe(idOf(before, 'dog/b.png'))
  })

  it('adds a folder only once', async () => {
    const { engine, root } = await setUp()
    const first = await add(engine, root)
    expect((await add(engine, root)).id).toBe(first.id)
    expect(await engine.client.datasets.list()).toHaveLength(1)
  })
})

describe('browsing', () => {
  it('pages through all images once, by key, and counts the images of a filter', async () => {
    const { engine, root } = await setUp()
    for (let copy = 0; copy < 20; copy++)
      cpSync(join(root, 'cat', 'a.png'), join(root, 'cat', `copy ${copy}_%.png`))
    const { id } = await add(engine, root)
    const seen: string[] = []
    for (let after: number | null = null; ;) {
      const page: Awaited<ReturnType<typeof engine.client.datasets.images>> =
        await engine.client.datasets.images({ datasetId: id, after, limit: 7 })
      seen.push(...page.rows.map(({ name }) => name))
      after = page.next
      if (after === null) break
    }
    expect(new Set(seen).size).toBe(24)
    expect(seen).toHaveLength(24)
    const count = async (filter: object) =>
      (await engine.client.datasets.count({ datasetId: id, filter })).images
    expect(await count({ classes: [1] })).toBe(2)
    expect(await count({ search: '_%' })).toBe(20)
    expect(await count({ search: 'copy 1_' })).toBe(1)
    expect(await count({ outcomes: [] })).toBe(24)
  })

  it('gives the neighbours of an image', async () => {
    const { engine, root } = await setUp()
    const { id } = await add(engine, root)
    const { rows } = await engine.client.datasets.images({ datasetId: id })
    const ids = rows.map((row) => row.id)
    expect(await engine.client.datasets.image({ id: ids[0] ?? 0 })).toMatchObject({
      previous: null,
      next: ids[1],
      predictions: [],
    })
    expect(await engine.client.datasets.image({ id: ids[3] ?? 0 })).toMatchObject({
      previous: ids[2],
      next: null,
    })
    await expect(engine.client.datasets.image({ id: 9999 })).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    })
  })
})
