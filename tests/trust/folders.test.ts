import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { indexDataset } from '#engine/datasets/index.ts'
import type { Dataset } from '#shared/contract/index.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { archives, noArchives } from './folders/archives.ts'
import { bombs } from './folders/bombs.ts'
import { lists, noLists } from './folders/lists.ts'
import { pictures } from './folders/pictures.ts'
import { pipe, survived } from './folders/survived.ts'
import { inClass, noFfmpeg, sequences, standIn, stopped } from './folders/sequences.ts'
import { asOrdinaryUser } from './ordinaryUser.ts'
import { told } from './told.ts'

let engine: Engine
let image: Buffer
const base = temporaryFolderOfFile()
let made = 0

beforeAll(async () => {
  chmodSync(base, 0o755)
  image = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a00' } })
    .png()
    .toBuffer()
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(base, 'workspace') })
})
afterAll(() => engine.close())

/** Makes the folder of a dataset with the images `cat/a.png` and `dog/b.png`. */
function twoClasses(): string {
  const root = join(base, String(made++))
  for (const [folder, name] of [
    ['cat', 'a'],
    ['dog', 'b'],
  ] as const) {
    mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, folder, `${name}.png`), image)
  }
  return root
}

const empty = (): string => {
  const root = join(base, String(made++))
  mkdirSync(root)
  return root
}

async function indexed(path: string, labels?: string): Promise<Dataset> {
  const { dataset, jobId } = await engine.client.datasets.add({ path, ...(labels ? { labels } : {}) })
  for await (const job of await engine.client.jobs.watch())
    if (job.id === jobId && ['done', 'failed'].includes(job.state)) break
  return engine.client.datasets.get({ id: dataset.id })
}

const posix = process.platform !== 'win32'

/** Folders and lists of labels that are refused, with the code. */
const refused: [string, () => { path: string; labels?: string }, string, RegExp][] = [
  ['a folder without images', () => ({ path: empty() }), 'DATASET_EMPTY', /no images/],
  [
    'a folder that is not there',
    () => ({ path: join(base, 'nowhere') }),
    'FILE_MISSING',
    /nowhere does not exist/,
  ],
  ['a file', () => ({ path: join(twoClasses(), 'cat', 'a.png') }), 'FILE_MISSING', /not a folder/],
  ['a pipe', () => ({ path: within(empty(), pipe) }), 'FILE_MISSING', /not a folder/],
  [
    'a link to itself',
    () => ({ path: within(empty(), (path) => symlinkSync(path, path)) }),
    'FILE_UNREADABLE',
    /lead to themselves/,
  ],
  [
    'a link without a target',
    () => ({ path: within(empty(), (path) => symlinkSync('x', path)) }),
    'FILE_MISSING',
    /does not exist/,
  ],
  ['labels that are a pipe', () => withLabels(pipe), 'FILE_UNREADABLE', /not a regular file/],
  ['labels that are a folder', () => withLabels(mkdirSync), 'FILE_UNREADABLE', /is a folder/],
  ['labels that are not there', () => withLabels(() => undefined), 'FILE_MISSING', /does not exist/],
  [
    'labels that are a device',
    () => withLabels((path) => symlinkSync('/dev/zero', path)),
    'FILE_UNREADABLE',
    /not a regular file/,
  ],
  [
    'labels that are empty',
    () => withLabels((path) => writeFileSync(path, '')),
    'DATASET_LABELS',
    /labels\.csv/,
  ],
  [
    'labels of zero bytes',
    () => withLabels((path) => writeFileSync(path, Buffer.alloc(9999))),
    'DATASET_LABELS',
    /labels\.csv/,
  ],
  [
    'labels with an open quote',
    () => withLabels((path) => writeFileSync(path, 'file,label\n"a,b\n')),
    'DATASET_LABELS',
    /labels\.csv/,
  ],
  [
    'arrays with labels that are a pipe',
    () => arrays(pipe),
    'FILE_UNREADABLE',
    /labels\.npy is not a regular file/,
  ],
  [
    'arrays with labels that are text',
    () => arrays((path) => writeFileSync(path, 'text')),
    'IMAGE_UNREADABLE',
    /labels\.npy/,
  ],
]

function within(root: string, make: (path: string) => void): string {
  make(join(root, 'it'))
  return join(root, 'it')
}
function withLabels(make: (path: string) => void): { path: string; labels: string } {
  const path = join(twoClasses(), 'cat')
  make(join(path, 'labels.csv'))
  return { path, labels: join(path, 'labels.csv') }
}
function arrays(make: (path: string) => void): { path: string } {
  const path = empty()
  writeFileSync(join(path, 'brightness.npy'), 'text')
  make(join(path, 'labels.npy'))
  return { path }
}

it('there are as many folders as docs/trust.md tells of', () => {
  // Five have a test of their own.
  expect(told().folders).toBe(
    [survived, pictures, bombs, sequences, refused, lists, noLists, archives, noArchives].reduce(
      (sum, { length }) => sum + length,
      5,
    ),
  )
})

describe.runIf(posix)('a folder of images with', () => {
  it.each([...survived, ...pictures, ...bombs.map(({ survived: one }) => one)])(
    '%s is indexed',
    async (_, spoil, { images = 2, unreadable = 0, remark = /^/ }) => {
      const root = twoClasses()
      await spoil(root, image)
      const { state, report, ...dataset } = await indexed(root)
      const { images: all, unreadable: bad } = dataset
      expect([state, all, bad]).toEqual(['ready', images, unreadable])
      expect(report?.remarks.join('\n') ?? '').toMatch(remark)
    },
  )

  it('a subfolder and an image that may not be read is indexed', async () => {
    const root = twoClasses()
    chmodSync(join(root, 'dog'), 0)
    writeFileSync(join(root, 'cat', 'c.png'), image, { mode: 0 })
    const { state, report, images, unreadable } = await asOrdinaryUser(() => indexed(root))
    chmodSync(join(root, 'dog'), 0o755)
    expect({ state, images, unreadable }).toEqual({ state: 'ready', images: 2, unreadable: 1 })
    expect(report?.remarks.join()).toContain('Folders left out, each cannot be read (EACCES): dog.')
  })
})

describe('an archive with', () => {
  it.each(archives)('%s is indexed', async (_, make, { images, unreadable = 0, remark = /^/ }) => {
    const { state, report, ...dataset } = await indexed(await make(empty(), image))
    expect([state, dataset.images, dataset.unreadable]).toEqual(['ready', images, unreadable])
    expect(report?.remarks.join('\n') ?? '').toMatch(remark)
  })

  it.each(noArchives)('%s is refused', async (_, make, message) => {
    const path = await make(empty(), image)
    await expect(indexed(path)).rejects.toMatchObject({ message: expect.stringMatching(message) })
  })
})

describe.runIf(posix)('a folder of ImageNet-P with', () => {
  afterEach(() => vi.unstubAllEnvs())
  it.each(sequences)('%s is indexed', async (_, script, make, found) => {
    const path = inClass(empty(), (folder) => make(folder, image))
    vi.stubEnv('PATH', standIn(empty(), script, image))
    const { state, images, unreadable, recognised } = await indexed(path)
    expect([state, recognised]).toEqual(['ready', 'imagenet-p'])
    expect({ images, unreadable }).toEqual(found)
  })

  it('videos is refused where there is no ffmpeg', async () => {
    vi.stubEnv('PATH', empty())
    await indexed(inClass(empty(), (folder) => writeFileSync(join(folder, 'a.mp4'), '')))
    const [job] = await engine.client.jobs.list({})
    expect(job).toMatchObject({ state: 'failed', problem: noFfmpeg })
  })

  it('a video whose frames never end can be stopped', async () => {
    vi.stubEnv('PATH', standIn(empty(), 'while :; do :; done', image))
    const path = inClass(empty(), (folder) => writeFileSync(join(folder, 'a.mp4'), ''))
    const { jobId } = await engine.client.datasets.add({ path })
    await stopped(engine, jobId)
  })
})

describe('a list of labels with', () => {
  const listed = (text: string | Buffer) => {
    const path = empty()
    for (const name of ['a', 'b']) writeFileSync(join(path, `${name}.png`), image)
    writeFileSync(join(path, 'labels.csv'), text)
    return indexed(path, join(path, 'labels.csv'))
  }

  it.each(lists)('%s is read', async (_, text, classes, remark = /^/) => {
    const { state, images, report, ...found } = await listed(text)
    expect({ state, images }).toEqual({ state: 'ready', images: 2 })
    expect(found.classes.map((one) => `${one.name} ${one.images}`).sort()).toEqual(classes.toSorted())
    expect(report?.remarks.join('\n') ?? '').toMatch(remark)
  })

  it.each(noLists)('%s is refused', async (_, text, message) => {
    await expect(listed(text)).rejects.toMatchObject({
      code: 'DATASET_LABELS',
      message: expect.stringMatching(message),
    })
  })
})

describe.runIf(posix)('refused with a code and a name:', () => {
  it('a folder whose indexing ended the engine three times', async () => {
    const { id, path } = await indexed(twoClasses())
    const { workspace } = engine.session.open()
    const [job] = await engine.client.jobs.list({})
    if (!job) throw new Error('there is no job')
    const context = { job, crashes: 3, signal: new AbortController().signal, enterNative() {}, report() {} }
    await expect(indexDataset(workspace, engine.session.pool, id, context)).rejects.toMatchObject({
      code: 'ENGINE_DOWN',
      message: expect.stringContaining(path),
    })
  })

  it.each(refused)('%s', async (_, make, code, message) => {
    const { path, labels } = make()
    await expect(indexed(path, labels)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  it('a folder that may not be read', async () => {
    const root = twoClasses()
    chmodSync(root, 0)
    await asOrdinaryUser(() => expect(indexed(root)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' }))
    chmodSync(root, 0o755)
  })
})
