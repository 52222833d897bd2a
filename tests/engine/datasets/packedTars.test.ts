import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packedSize, unpackTar } from '#engine/archives/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { jobEnd, type Client } from '../studies/sample.ts'
import { pack } from '../../packed.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'

const base = temporaryFolderOfFile()
let engine: Engine
let client: Client
let packed: string

/** A record of CIFAR-10's binary version: the label, then the red, green and blue planes. */
const record = (label: number, seed: number) =>
  Buffer.from([label, ...Array.from({ length: 3072 }, (_, i) => (i * 7 + seed) % 256)])

beforeAll(async () => {
  engine = await createEngine()
  client = engine.client
  await client.workspace.create({ path: join(base, 'workspace') })
  const folder = join(base, 'cifar-10-batches-bin')
  mkdirSync(folder)
  writeFileSync(join(folder, 'test_batch.bin'), Buffer.concat([record(9, 1), record(0, 2), record(3, 3)]))
  writeFileSync(join(folder, 'data_batch_1.bin'), record(1, 4))
  packed = await pack(join(base, 'cifar-10-binary.tar.gz'), base, ['cifar-10-batches-bin'])
})
afterAll(() => engine.close())

const archives = () => join(base, 'workspace', 'archives')
const cached = async () => (await client.workspace.cache()).find(({ id }) => id === 'archives')

async function added(path: string) {
  const { dataset, jobId } = await client.datasets.add({ path, unpack: true })
  const job = await jobEnd(client, jobId)
  return { job, dataset: await client.datasets.get({ id: dataset.id }) }
}

describe('a packed tar', () => {
  it('is refused until it may be unpacked, with its size', async () => {
    const bytes = gunzipSync(readFileSync(packed)).length
    const asked = await client.datasets.unpacking({ path: packed })
    expect(asked).toMatchObject({ packed: statSync(packed).size, unpacked: bytes })
    expect(asked?.free).toBeGreaterThan(bytes)
    expect(await client.datasets.unpacking({ path: base })).toBeNull()
    await expect(client.datasets.add({ path: packed })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/cifar-10-binary\.tar\.gz is packed: unpacked it takes 0 MB/) as string,
    })
    expect(await client.datasets.list()).toEqual([])
  })

  it('is unpacked once, recognised, and unpacked again after its part of the cache was emptied', async () => {
    const { dataset } = await added(packed)
    expect(dataset).toMatchObject({
      title: 'cifar-10-binary',
      recognised: 'cifar-10',
      layout: 'arrays',
      images: 3,
      unreadable: 0,
      state: 'ready',
    })
    const listed = async () => (await client.datasets.images({ datasetId: dataset.id })).rows
    const rows = await listed()
    expect(rows.map(({ className }) => className)).toEqual(['truck', 'airplane', 'cat'])
    expect(await cached()).toMatchObject({
      items: 1,
      bytes: gunzipSync(readFileSync(packed)).length,
      disposable: true,
    })
    const file = join(archives(), String(dataset.id), 'cifar-10-binary.tar')
    const { ino } = statSync(file)
    await jobEnd(client, (await client.datasets.reindex({ id: dataset.id })).jobId)
    expect(statSync(file).ino).toBe(ino)
    await client.workspace.trim({ parts: ['archives'] })
    expect(await client.datasets.check({ id: dataset.id, sample: 9 })).toMatchObject({
      looked: 3,
      missing: 3,
    })
    await jobEnd(client, (await client.datasets.reindex({ id: dataset.id })).jobId)
    expect(await client.datasets.check({ id: dataset.id, sample: 9 })).toMatchObject({ looked: 3, same: 3 })
    expect((await listed()).map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
  })

  it('that was replaced is unpacked again', async () => {
    const { dataset } = await added(packed)
    writeFileSync(join(base, 'cifar-10-batches-bin', 'test_batch.bin'), record(5, 9))
    await pack(packed, base, ['cifar-10-batches-bin'])
    utimesSync(packed, new Date(), new Date(Date.now() + 5000))
    await jobEnd(client, (await client.datasets.reindex({ id: dataset.id })).jobId)
    expect(await client.datasets.get({ id: dataset.id })).toMatchObject({ images: 1, state: 'ready' })
  })

  it.each([
    ['that is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9), /is damaged or cut off/],
    ['with a wrong byte', (bytes: Buffer) => (bytes.fill(255, 200, 230), bytes), /is damaged or cut off/],
    ['of no images', () => gzipSync(Buffer.alloc(1024)), /no images/],
    ['that is not packed', () => Buffer.alloc(1024), /is not packed by gzip/],
  ])('%s leaves nothing but what is wrong', async (_, spoil, message) => {
    const path = join(base, 'spoilt.tgz')
    writeFileSync(path, spoil(readFileSync(packed)))
    const failed = await added(path).catch((error: unknown) => ({ job: { problem: error } }))
    expect(failed.job.problem).toMatchObject({ message: expect.stringMatching(message) as string })
    const left = readdirSync(archives(), { recursive: true }).filter((name) => String(name).includes('.tmp'))
    expect(left).toEqual([])
  })
})

describe('unpacking', () => {
  const target = join(base, 'unpacked', 'a.tar')
  const whole = Buffer.alloc(300_000, 'a tar of text ')
  const path = join(base, 'text.tar.gz')

  it('gives the tar with the time of the packed file, and tells how far it is', async () => {
    writeFileSync(path, gzipSync(whole))
    const size = await packedSize(path)
    const told: number[] = []
    await unpackTar(path, target, size, {
      signal: new AbortController().signal,
      report: (done) => told.push(done),
    })
    expect(readFileSync(target)).toEqual(whole)
    expect(Math.round(statSync(target).mtimeMs)).toBe(size.mtime)
    expect(told.at(-1)).toBe(size.packed)
  })

  it('stops at more than was said, and when it is cancelled, and leaves nothing', async () => {
    const size = { packed: 100, unpacked: 1000, mtime: 0 }
    const other = join(base, 'unpacked', 'b.tar')
    const report = () => undefined
    await expect(
      unpackTar(path, other, size, { signal: new AbortController().signal, report }),
    ).rejects.toThrow('unpacks to more than the 2000 bytes')
    const stop = AbortSignal.abort(new Error('stopped'))
    await expect(unpackTar(path, other, await packedSize(path), { signal: stop, report })).rejects.toThrow(
      'stopped',
    )
    expect(readdirSync(join(base, 'unpacked'))).toEqual(['a.tar'])
  })

  it('says the size of a file of more than 4 GiB as the least that fits', async () => {
    const large = join(base, 'large.tar.gz')
    const bytes = gzipSync(Buffer.from('a'))
    // A file with a hole, which takes no room: as long as if a tar of 5 GiB were in it.
    writeFileSync(large, bytes)
    truncateSync(large, 5 * 2 ** 30)
    expect((await packedSize(large)).unpacked).toBe(2 * 2 ** 32)
    expect((await packedSize(path)).unpacked).toBe(whole.length)
  })
})
