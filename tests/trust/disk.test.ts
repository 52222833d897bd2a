import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { packedSize, unpackTar } from '#engine/archives/index.ts'
import type { Job } from '#shared/contract/index.ts'
import { sampleModel } from '../engine/studies/sample.ts'
import { packFolder } from '../packed.ts'
import { temporaryFolder } from '../temporary.ts'
import { asOrdinaryUser } from './ordinaryUser.ts'

const posix = process.platform !== 'win32'
const root = process.platform === 'linux' && process.geteuid?.() === 0 && canMount()

/** Root of a container may not be allowed to. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let images: Buffer[]
beforeAll(async () => {
  images = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      sharp({ create: { width: 40, height: 40, channels: 3, background: { r: at, g: 99, b: 200 } } })
        .png()
        .toBuffer(),
    ),
  )
})

async function newEngine(): Promise<Engine> {
  const engine = await createEngine({ imageWorkers: 1 })
  onTestFinished(() => engine.close())
  return engine
}

/** A dataset of two classes with forty images, on another disk. */
function dataset(): string {
  const folder = join(temporaryFolder(), 'images')
  for (const [at, bytes] of images.entries()) {
    const under = join(folder, at % 2 === 0 ? 'cat' : 'dog')
    mkdirSync(under, { recursive: true })
    writeFileSync(join(under, `${at}.png`), bytes)
  }
  return folder
}

async function jobEnd({ client }: Engine, id: number): Promise<Job> {
  for await (const job of await client.jobs.watch())
    if (job.id === id && ['done', 'failed', 'paused', 'cancelled'].includes(job.state)) return job
  throw new Error('the job was not seen to end')
}

describe.runIf(posix)('a folder that may not be written', () => {
  const shut = () => {
    const folder = temporaryFolder()
    chmodSync(join(folder, '..'), 0o1777)
    chmodSync(folder, 0o555)
    return folder
  }

  it.each([
    ['as the folder itself', (folder: string) => folder],
    ['as the folder above', (folder: string) => join(folder, 'workspace')],
  ])('takes no new workspace, %s, and nothing is left in it', async (_, place) => {
    const folder = shut()
    const { client } = await newEngine()
    await asOrdinaryUser(() =>
      expect(client.workspace.create({ path: place(folder) })).rejects.toMatchObject({
        code: 'FILE_UNREADABLE',
        message: expect.stringContaining(folder),
      }),
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it('that is a file takes no new workspace', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const { client } = await newEngine()
    await expect(client.workspace.create({ path: join(file, 'workspace') })).rejects.toMatchObject({
      code: expect.stringMatching(/^(FILE|WORKSPACE)_MISSING$/),
      message: expect.stringContaining(file),
    })
  })
})

/** A disk of a few MiB, and what fills it up but for some KiB. */
function smallDisk(mebibytes: number) {
  const disk = temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', disk])
  onTestFinished(() => void execFileSync('umount', ['-l', disk]))
  const filler = join(disk, 'filler')
  return {
    disk,
    fill(leave = 0) {
      const { bavail, bsize } = statfsSync(disk)
      execFileSync('fallocate', ['-l', String(Math.max(1, bavail * bsize - leave * 1024)), filler])
    },
    free: () => rmSync(filler, { force: true }),
  }
}

describe.runIf(root)('a full disk (a tmpfs; left out where it may not be mounted)', () => {
  it.each([0, 8, 40, 100])(
    'takes no new workspace with %s KiB left, and nothing is left of it',
    async (left) => {
      const { disk, fill } = smallDisk(2)
      fill(left)
      const { client } = await newEngine()
      await expect(client.workspace.create({ path: join(disk, 'workspace') })).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(disk),
      })
      expect(existsSync(join(disk, 'workspace'))).toBe(false)
    },
  )

  it('opens no workspace, says why, and opens it when there is room', async () => {
    const { disk, fill, free } = smallDisk(4)
    const path = join(disk, 'workspace')
    const before = await createEngine({ imageWorkers: 1 })
    await before.client.workspace.create({ path })
    await before.close()
    fill()
    const { client } = await newEngine()
    await expect(client.workspace.open({ path })).rejects.toMatchObject({ code: 'DISK_FULL' })
    free()
    expect((await client.workspace.open({ path })).path).toBe(path)
  })

  it('fails an index and a study with its code; they go on when there is room, and nothing is lost', async () => {
    const { disk, fill, free } = smallDisk(16)
    const engine = await newEngine()
    const { client } = engine
    await client.workspace.create({ path: join(disk, 'workspace') })
    const { id: model } = await client.models.add({ path: sampleModel('replk3') })
    fill()
    const adding = client.datasets.add({ path: dataset() })
    await expect(adding).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(disk) })
    free()
    const { dataset: added, jobId } = await client.datasets.add({ path: dataset() })
    expect((await jobEnd(engine, jobId)).state).toBe('done')
    const study = await client.studies.run({
      kind: 'random-patch-drop',
      modelIds: [model],
      datasetId: added.id,
      params: { percents: [0, 50], repeats: 3 },
    })
    fill()
    const failed = await jobEnd(engine, study.job?.id ?? 0)
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'DISK_FULL' } })
    const stored = (await client.workspace.info())?.predictions ?? 0
    free()
    await client.jobs.resume({ id: failed.id })
    expect((await jobEnd(engine, failed.id)).state).toBe('done')
    const { complete } = await client.studies.result({ id: study.id })
    expect(complete).toBe(true)
    expect((await client.workspace.info())?.predictions).toBeGreaterThanOrEqual(stored)
  })

  it('unpacks no tar that does not fit, before or while it is written, and leaves nothing of it', async () => {
    const { disk, fill, free } = smallDisk(8)
    const engine = await newEngine()
    const { client } = engine
    const workspace = join(disk, 'workspace')
    await client.workspace.create({ path: workspace })
    const packed = await packFolder(join(temporaryFolder(), 'images.tar.gz'), dataset())
    // Noise does not get smaller when it is packed.
    const noise = join(temporaryFolder(), 'noise.tar.gz')
    writeFileSync(noise, gzipSync(randomBytes(2 ** 21)))
    fill(200)
    const full = (name: string) => ({ code: 'DISK_FULL', message: expect.stringContaining(name) as string })
    const quietly = { signal: new AbortController().signal, report: () => undefined }
    const target = join(workspace, 'archives', '1', 'noise.tar')
    await expect(unpackTar(noise, target, await packedSize(noise), quietly)).rejects.toMatchObject(
      full(target),
    )
    expect(readdirSync(join(workspace, 'archives', '1'))).toEqual([])
    const { dataset: added, jobId } = await client.datasets.add({ path: noise, unpack: true })
    expect(await jobEnd(engine, jobId)).toMatchObject({ state: 'failed', problem: full('noise.tar.gz') })
    expect(readdirSync(join(workspace, 'archives', String(added.id)))).toEqual([])
    free()
    const fits = await client.datasets.add({ path: packed, unpack: true })
    expect((await jobEnd(engine, fits.jobId)).state).toBe('done')
    expect(await client.datasets.get({ id: fits.dataset.id })).toMatchObject({ images: 40, state: 'ready' })
  })
})
