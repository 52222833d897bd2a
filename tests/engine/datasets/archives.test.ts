import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { findImages } from '#engine/bundles/find.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import type { Client } from '../studies/sample.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { pack } from '../../packed.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../../temporary.ts'
import { standIn } from '../../trust/folders/sequences.ts'

const base = temporaryFolderOfFile()
let engine: Engine
let client: Client
let folder: string
let names: string[]
let modelId: number

beforeAll(async () => {
  engine = await createEngine()
  client = engine.client
  await client.workspace.create({ path: join(base, 'workspace') })
  folder = sampleImages(base, 3, 4)
  modelId = (await client.models.add({ path: sampleModel('replk3') })).id
  const datasetId = await addDataset(client, folder)
  const { rows } = await client.datasets.images({ datasetId })
  names = rows.map(({ name }) => name)
})
afterAll(() => engine.close())

/** Images of a dataset by what they hold: class, digest, size. */
async function contents(datasetId: number): Promise<string[]> {
  const { rows } = await client.datasets.images({ datasetId })
  const found = await Promise.all(
    rows.map(async ({ id, className, width, height, bytes }) => {
      const { digest } = await client.datasets.image({ id })
      return [className, digest, width, height, bytes].join(' ')
    }),
  )
  return found.sort()
}

const idOf = async (path: string): Promise<number> =>
  (await client.datasets.list()).find((dataset) => dataset.path === path)?.id ?? 0

/** The images of the folder in one archive, or in three shards. */
async function packed(title: string): Promise<string> {
  const place = join(base, title)
  mkdirSync(place)
  if (title !== 'shards') return pack(join(place, `images.${title}`), folder, names)
  for (const shard of [0, 1, 2])
    await pack(
      join(place, `images-00${shard}.tar`),
      folder,
      names.filter((_, at) => at % 3 === shard),
    )
  return place
}

describe.each(['tar', 'zip', 'shards'])('images in a %s', (title) => {
  let path: string
  let datasetId: number
  beforeAll(async () => {
    path = await packed(title)
    datasetId = await addDataset(client, path)
  })

  it('are those of the folder', async () => {
    const dataset = await client.datasets.get({ id: datasetId })
    expect(dataset).toMatchObject({ state: 'ready', images: 12, unreadable: 0, recognised: 'folders' })
    expect(await contents(datasetId)).toEqual(await contents(await idOf(folder)))
  })

  it('say which file on disk holds them, and where', async () => {
    const { rows } = await client.datasets.images({ datasetId, limit: 1 })
    const { path: whole, file, inside } = await client.datasets.image({ id: rows[0]?.id ?? 0 })
    expect(existsSync(file) && /\.(tar|zip)$/.test(file)).toBe(true)
    expect(names).toContain(inside)
    expect(whole).toBe(join(file, inside ?? ''))
    const ofFolder = (await client.datasets.images({ datasetId: await idOf(folder), limit: 1 })).rows
    const plain = await client.datasets.image({ id: ofFolder[0]?.id ?? 0 })
    expect(plain).toMatchObject({ file: plain.path, inside: null })
  })

  it('have the facts that were measured in the folder, and give facts to it', async () => {
    const input = { kind: 'clean-accuracy', modelIds: [modelId] }
    const first = await runStudy(client, { ...input, datasetId })
    const before = await client.workspace.cache()
    const second = await runStudy(client, { ...input, datasetId: await idOf(folder) })
    const counted = async ({ id }: { id: number }) =>
      (await client.studies.result({ id })).conditions.map(({ n, correct, failed }) => ({
        n,
        correct,
        failed,
      }))
    expect(await counted(first)).toEqual(await counted(second))
    expect((await counted(first))[0]).toMatchObject({ n: 12, failed: 0 })
    const facts = (parts: typeof before) => parts.find(({ id }) => id === 'facts')?.items
    expect(facts(await client.workspace.cache())).toBe(facts(before))
  })

  it('are found by their digests for the check of a bundle', async () => {
    const { rows } = await client.datasets.images({ datasetId })
    const digests = await Promise.all(
      rows.map(async ({ id }) => (await client.datasets.image({ id })).digest ?? ''),
    )
    const folders = [title === 'shards' ? path : dirname(path)]
    const signal = new AbortController().signal
    const found = await findImages({ workspace: null, folders, signal }, new Set(digests))
    expect([...found.keys()].sort()).toEqual(digests.sort())
    expect([...found.values()].every((file) => file.startsWith(path))).toBe(true)
  })

  it('are checked, moved with ids kept, and indexed again', async () => {
    const events = []
    for await (const event of await client.datasets.checkAll({ id: datasetId })) events.push(event)
    expect(events.at(-1)).toMatchObject({ type: 'result', result: { of: 12, same: 12, digests: 12 } })
    const before = (await client.datasets.images({ datasetId })).rows.map(({ id }) => id)
    const moved = `${path.replace(/\.(tar|zip)$/, '')}-moved${/\.(tar|zip)$/.exec(path)?.[0] ?? ''}`
    renameSync(path, moved)
    expect(await client.datasets.check({ id: datasetId, sample: 5 })).toMatchObject({ missing: 5 })
    const { check, jobId } = await client.datasets.reroot({ id: datasetId, path: moved, force: false })
    await jobEnd(client, jobId)
    expect(check).toMatchObject({ looked: 12, same: 12 })
    const { rows } = await client.datasets.images({ datasetId })
    expect(rows.map(({ id }) => id)).toEqual(before)
  })
})

describe('an archive that was replaced', () => {
  it('is noticed by a check, and read anew by the next indexing', async () => {
    const place = join(base, 'replaced')
    mkdirSync(place)
    const path = await pack(join(place, 'images.tar'), folder, names)
    const datasetId = await addDataset(client, path)
    // The images of two classes change places, so that every name is still there.
    const other = join(base, 'other')
    cpSync(folder, other, { recursive: true })
    const [first = '', second = ''] = [names[0], names.at(-1)]
    writeFileSync(join(other, first), readFileSync(join(folder, second)))
    await pack(path, other, names)
    utimesSync(path, new Date(), new Date(Date.now() + 5000))
    const check = await client.datasets.check({ id: datasetId, sample: 50 })
    expect(check).toMatchObject({ looked: 12, changed: 1, names: [first] })
    const { jobId } = await client.datasets.reindex({ id: datasetId })
    await jobEnd(client, jobId)
    expect(await client.datasets.check({ id: datasetId, sample: 50 })).toMatchObject({ same: 12, changed: 0 })
    const { rows } = await client.datasets.images({ datasetId })
    const digests = await Promise.all(
      rows.map(async ({ id }) => (await client.datasets.image({ id })).digest),
    )
    expect(digests[0]).toBe(digests.at(-1))
  })

  it('that is gone stops a study with what to do', async () => {
    const place = join(base, 'gone')
    mkdirSync(place)
    const path = await pack(join(place, 'images.tar'), folder, names.slice(0, 4))
    const datasetId = await addDataset(client, path)
    rmSync(path)
    await expect(
      runStudy(client, { kind: 'random-patch-drop', modelIds: [modelId], datasetId }),
    ).rejects.toThrow('the archive of the dataset is gone')
  })
})

describe.runIf(process.platform !== 'win32')('videos in archives', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('give the frames of the unpacked ones, and a damaged one is an unreadable image', async () => {
    // In the place of ffmpeg: the video is the picture that it would give.
    vi.stubEnv('PATH', standIn(temporaryFolder(), '/bin/cp "$4" 000.png', Buffer.alloc(0)))
    const root = join(base, 'videos')
    const videos = ['motion_blur', 'tilt'].map((part) => `${part}/n01530575/ILSVRC2012_val_00000001.mp4`)
    for (const [at, name] of videos.entries()) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      cpSync(join(folder, names[at] ?? ''), join(root, name))
    }
    const place = join(base, 'published')
    mkdirSync(place)
    await pack(join(place, 'blur.tar'), root, ['motion_blur'])
    await pack(join(place, 'digital.tar'), root, ['tilt'])
    const [unpacked, inTars] = [await addDataset(client, root), await addDataset(client, place)]
    const dataset = await client.datasets.get({ id: inTars })
    expect(dataset).toMatchObject({
      recognised: 'imagenet-p',
      images: 2,
      unreadable: 0,
      parts: [
        { name: 'motion_blur', images: 1 },
        { name: 'tilt', images: 1 },
      ],
    })
    expect(await contents(inTars)).toEqual(await contents(unpacked))
    const { rows } = await client.datasets.images({ datasetId: inTars })
    expect(rows.map(({ name }) => name)).toEqual([
      `blur.tar/${videos[0]}/000.png`,
      `digital.tar/${videos[1]}/000.png`,
    ])
    const zip = await pack(join(base, 'P.zip'), root, videos)
    const bytes = readFileSync(zip)
    // In the deflated one of the two.
    bytes.fill(
      0,
      bytes.lastIndexOf('PK\x03\x04', undefined, 'latin1') + 120,
      bytes.indexOf('PK\x01\x02', 0, 'latin1'),
    )
    writeFileSync(zip, bytes)
    const damaged = await client.datasets.get({ id: await addDataset(client, zip) })
    expect(damaged).toMatchObject({ recognised: 'imagenet-p', images: 2, unreadable: 1 })
  })
})
