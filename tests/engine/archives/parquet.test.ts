import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openArchive } from '#engine/archives/index.ts'
import { detectLayout } from '#engine/datasets/index.ts'
import { browserPicture, createImagePool, digestAndMeasure, imageState } from '#engine/images/index.ts'
import { temporaryFolder } from '../../temporary.ts'

/** Written by Rust's parquet: tools/goldens/parquet/make.mjs. */
const goldens = join(import.meta.dirname, 'goldens', 'parquet')
const expected = z
  .object({ names: z.array(z.string()), labels: z.array(z.int()), sha256: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(join(goldens, 'expected.json'), 'utf8')))
const titles = ['cat', 'dog', 'sea_lake']
const named = (name: string) => join(goldens, `${name}.parquet`)
const rowOf = (name: string, row: number) => join(named(name), String(row).padStart(5, '0'))

async function classesIn(path: string): Promise<(string | null)[]> {
  const layout = await detectLayout(path)
  const found = []
  for await (const { name } of layout.files?.() ?? []) found.push(layout.placeOf(name).className)
  return found
}

describe('a Parquet file', () => {
  it.each(['snappy', 'zstd-pages', 'v2', 'unnamed', 'bytes', 'unlabelled'])(
    '%s gives its images in any order',
    async (name) => {
      expect((await openArchive(named(name))).count).toBe(10)
      for (const row of [9, 0, 5, 4, 1, 8, 2, 3, 7, 6])
        expect(await digestAndMeasure(rowOf(name, row))).toMatchObject({
          digest: expected.sha256[row],
          width: 8,
          height: 8,
        })
    },
  )

  it.each([
    ['snappy', titles],
    ['zstd-pages', titles],
    ['v2', titles],
    ['unnamed', ['0', '1', '2']],
    ['bytes', titles],
  ])('%s has the classes of its rows', async (name, classes) => {
    const layout = await detectLayout(named(name))
    expect(layout.classes).toEqual(classes)
    expect(layout.reason).toContain('Parquet: classes from its column of labels')
    expect(await classesIn(named(name))).toEqual(expected.labels.map((label) => classes[label]))
  })

  it('without labels is a folder of images without classes', async () => {
    expect(await detectLayout(named('unlabelled'))).toMatchObject({ recognised: 'unlabelled', classes: [] })
  })

  it('names a row without an image, and has no class for one whose label is -1', async () => {
    await expect(digestAndMeasure(rowOf('holes', 4))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining('holes.parquet/00004 has no bytes of an image') as string,
    })
    expect(await digestAndMeasure(rowOf('holes', 5))).toMatchObject({ digest: expected.sha256[5] })
    expect((await classesIn(named('holes')))[7]).toBeNull()
  })

  it('has no rows behind its last one', async () => {
    await expect(digestAndMeasure(rowOf('snappy', 10))).rejects.toMatchObject({ code: 'FILE_MISSING' })
    expect(await imageState(rowOf('snappy', 10))).toBeNull()
    expect(await imageState(rowOf('snappy', 9))).toMatchObject({ bytes: 0 })
  })

  it('is read by image workers', async () => {
    const pool = createImagePool({ workers: 2, cacheBytes: 0 })
    const found = await Promise.all(expected.sha256.map((_, row) => pool.digestAndMeasure(rowOf('v2', row))))
    expect(found.map(({ digest }) => digest)).toEqual(expected.sha256)
    const { type } = await browserPicture(rowOf('v2', 3))
    expect(type).toBe('image/png')
    await pool.close()
  })

  it.each([
    ['text', /has no column of images/],
    ['paths', /has no column of images/],
  ])('of %s alone is refused', async (name, message) => {
    await expect(detectLayout(named(name))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringMatching(message) as string,
    })
  })

  it('whose footer is cut off is refused; one with a damaged page names its rows', async () => {
    const folder = temporaryFolder()
    const cut = join(folder, 'cut.parquet')
    cpSync(named('snappy'), cut)
    truncateSync(cut, 2000)
    await expect(detectLayout(cut)).rejects.toMatchObject({
      message: expect.stringContaining('is not a readable Parquet file') as string,
    })
    const damaged = join(folder, 'damaged.parquet')
    const bytes = readFileSync(named('snappy'))
    writeFileSync(damaged, bytes.fill(255, 4, 40))
    await expect(digestAndMeasure(join(damaged, '00000'))).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' })
    expect(await digestAndMeasure(join(damaged, '00009'))).toMatchObject({ digest: expected.sha256[9] })
  })

  it('of validation images is used, those of training images beside it are not', async () => {
    const folder = join(temporaryFolder(), 'dataset')
    mkdirSync(join(folder, 'data'), { recursive: true })
    writeFileSync(join(folder, 'README.md'), 'text')
    cpSync(named('snappy'), join(folder, 'data', 'train-00000-of-00001.parquet'))
    cpSync(named('snappy'), join(folder, 'data', 'validation-00000-of-00002.parquet'))
    cpSync(named('v2'), join(folder, 'data', 'validation-00001-of-00002.parquet'))
    const layout = await detectLayout(folder)
    expect(layout.classes).toEqual(titles)
    expect(layout.remarks?.join()).toContain('1 archives of other images')
    const files = []
    for await (const { name } of layout.files?.() ?? []) files.push(name)
    expect(files).toHaveLength(20)
    expect(layout.placeOf('data/validation-00001-of-00002.parquet/00001').className).toBe('dog')
    expect(files.at(-1)).toBe('data/validation-00001-of-00002.parquet/00009')
  })
})
