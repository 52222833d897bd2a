import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  applyTransform,
  createImagePool,
  digestAndMeasure,
  preprocess,
  readPicture,
  type Geometry,
  type ImagePool,
} from '#engine/images/index.ts'
import { applyGeometry, applyResize } from '#engine/images/geometry.ts'
import type { PixelTransform } from '#shared/transforms/index.ts'

const goldens = join(import.meta.dirname, 'goldens')
const wide = join(goldens, 'geometry/wide.jpg')
const geometry: Geometry = { size: [64, 60], resize: 'shorter', resizeTo: 70, interpolation: 'bilinear' }
const bytes = 64 * 60 * 3
const drop = (percent: number): PixelTransform => ({
  op: 'patchDrop',
  patch: 16,
  percent,
  fill: 'black',
  seed: 3,
  repeat: 0,
  group: null,
  draws: null,
})

let folder: string
let pool: ImagePool
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-pool-'))
})
afterEach(() => pool.close())
afterAll(() => rmSync(folder, { recursive: true }))

describe('an image pool', () => {
  it('writes an image under each transform to its slot of the shared memory', async () => {
    pool = createImagePool({ workers: 2, cacheBytes: 1e6 })
    const target = new SharedArrayBuffer(3 * bytes)
    const transforms = [
      { transform: { op: 'identity' as const }, slot: 2 },
      { transform: drop(50), slot: 0 },
    ]
    await pool.load({ path: wide, imageKey: 'ab', preprocessing: geometry, transforms }, target)
    const clean = await preprocess(wide, geometry)
    const dropped = await applyTransform(clean, drop(50), { imageKey: 'ab' })
    expect(dropped.pixels).not.toEqual(clean.pixels)
    expect(new Uint8Array(target, 2 * bytes, bytes)).toEqual(clean.pixels)
    expect(new Uint8Array(target, 0, bytes)).toEqual(dropped.pixels)
    expect(new Uint8Array(target, bytes, bytes).every((value) => value === 0)).toBe(true)
  })

  it('drops a picture whose signal is aborted, and goes on with the others', async () => {
    pool = createImagePool({ workers: 1, cacheBytes: 1e6 })
    const gone = new AbortController()
    const input = (percent: number, signal?: AbortSignal) =>
      pool.input({ path: wide, imageKey: 'ab', preprocessing: geometry, transform: drop(percent) }, signal)
    // Two tasks are sent at once; the third waits and is never sent.
    const first = [input(10), input(20)]
    const third = input(30, gone.signal)
    const fourth = input(40)
    gone.abort()
    await expect(third).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(input(50, gone.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    const sizes = await Promise.all(
      [...first, fourth].map(async (png) => (await sharp(await png).metadata()).width),
    )
    expect(sizes).toEqual([60, 60, 60])
  })

  it('gives perturbations the pixels outside the crop', async () => {
    pool = createImagePool({ workers: 1, cacheBytes: 1e6 })
    const target = new SharedArrayBuffer(bytes)
    const transform = {
      op: 'perturbation' as const,
      name: 'translate' as const,
      frame: 0,
      seed: 1,
      difficulty: 1,
    }
    const request = {
      path: wide,
      imageKey: 'ab',
      preprocessing: geometry,
      transforms: [{ transform, slot: 0 }],
    }
    await pool.load(request, target)
    const picture = await readPicture(wide)
    const whole = () => applyResize(picture, geometry)
    const crop = applyGeometry(picture, geometry)
    const { pixels } = await applyTransform(crop, transform, { imageKey: 'ab', whole })
    expect(new Uint8Array(target)).toEqual(pixels)
    // Shifted to the left by 6 pixels. The resized image is 93 wide, so no black enters the crop.
    expect(pixels.subarray(-3)).not.toEqual(new Uint8Array(3))
  })

  it('caches decoded images by key and geometry', async () => {
    pool = createImagePool({ workers: 2, cacheBytes: 1e6 })
    const path = join(folder, 'gone.jpg')
    copyFileSync(wide, path)
    const transforms = [{ transform: { op: 'identity' as const }, slot: 0 }]
    const request = { path, imageKey: 'cd', preprocessing: geometry, transforms }
    await pool.load(request, new SharedArrayBuffer(bytes))
    rmSync(path)
    const target = new SharedArrayBuffer(bytes)
    await pool.load(request, target)
    expect(new Uint8Array(target)).toEqual((await preprocess(wide, geometry)).pixels)
    const other = { ...request, preprocessing: { ...geometry, interpolation: 'bicubic' as const } }
    await expect(pool.load(other, target)).rejects.toMatchObject({ code: 'FILE_MISSING' })
  })

  it('gives each unreadable image its own error and goes on', async () => {
    pool = createImagePool({ workers: 1, cacheBytes: 0 })
    const bad = join(import.meta.dirname, '../../corpus/images/files/truncated.jpg')
    const target = new SharedArrayBuffer(2 * bytes)
    const load = (path: string, slot: number) =>
      pool.load(
        {
          path,
          imageKey: path,
          preprocessing: geometry,
          transforms: [{ transform: { op: 'identity' }, slot }],
        },
        target,
      )
    const [first, second, third] = await Promise.allSettled([load(bad, 0), load(wide, 1), load('no.jpg', 0)])
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'IMAGE_UNREADABLE' } })
    expect(second).toMatchObject({ status: 'fulfilled' })
    expect(third).toMatchObject({ status: 'rejected', reason: { code: 'FILE_MISSING' } })
    expect(new Uint8Array(target, bytes)).toEqual((await preprocess(wide, geometry)).pixels)
  })

  it('measures images, and makes thumbnails, input pictures and pictures for a browser', async () => {
    pool = createImagePool({ workers: 1, cacheBytes: 0 })
    expect(await pool.digestAndMeasure(wide)).toEqual(await digestAndMeasure(wide))
    expect(await sharp(await pool.thumbnail(wide, 96)).metadata()).toMatchObject({
      format: 'webp',
      width: 96,
      height: 72,
    })
    const small = join(goldens, 'geometry/tiny.png')
    expect(await sharp(await pool.thumbnail(small, 96)).metadata()).toMatchObject({ width: 33, height: 19 })
    const cmyk = await pool.browserPicture(join(goldens, 'decode/cmyk.jpg'))
    expect(cmyk.type).toBe('image/png')
    expect(await sharp(cmyk.bytes).metadata()).toMatchObject({
      format: 'png',
      space: 'srgb',
      width: 51,
      height: 37,
    })
    const input = await pool.input({
      path: wide,
      imageKey: 'ab',
      preprocessing: geometry,
      transform: drop(50),
    })
    const shown = await sharp(input).raw().toBuffer()
    const expected = await applyTransform(await preprocess(wide, geometry), drop(50), { imageKey: 'ab' })
    expect(new Uint8Array(shown)).toEqual(expected.pixels)
  })

  it('replaces a worker that dies: the image is tried twice, the other images are not affected', async () => {
    pool = createImagePool({
      workers: 1,
      cacheBytes: 0,
      entry: new URL('./crashing.worker.ts', import.meta.url),
      mebibytes: 32,
    })
    const copies = ['always.jpg', 'once.jpg', 'sound.jpg', 'hoard.jpg'].map((name) => join(folder, name))
    for (const path of copies) copyFileSync(wide, path)
    const results = await Promise.allSettled(copies.map((path) => pool.digestAndMeasure(path)))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected'])
    expect(results[0]).toMatchObject({
      reason: { code: 'IMAGE_UNREADABLE', message: `${copies[0]} ended the image worker` },
    })
    expect(results[3]).toMatchObject({
      reason: {
        code: 'IMAGE_UNREADABLE',
        message: `${copies[3]} needs more than 32 MiB of a worker's memory`,
      },
    })
  })

  it('makes no thumbnail that nobody waits for any more', async () => {
    pool = createImagePool({ workers: 1, cacheBytes: 0 })
    const passed = new AbortController()
    const before = Array.from({ length: 4 }, () => pool.digestAndMeasure(wide))
    const thumbnail = pool.thumbnail(wide, 96, passed.signal)
    passed.abort()
    await expect(thumbnail).rejects.toMatchObject({ code: 'CANCELLED' })
    await Promise.all(before)
  })

  it('rejects waiting tasks when it is closed', async () => {
    pool = createImagePool({ workers: 1, cacheBytes: 0 })
    const all = Promise.allSettled(Array.from({ length: 8 }, () => pool.digestAndMeasure(wide)))
    // Where a file lies is looked up before it is sent to a worker.
    await new Promise((done) => setImmediate(done))
    await pool.close()
    const states = (await all).map(({ status }) => status)
    expect(states.slice(0, 2)).toEqual(['fulfilled', 'fulfilled'])
    expect(new Set(states.slice(2))).toEqual(new Set(['rejected']))
    await expect(pool.thumbnail(wide, 9)).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
