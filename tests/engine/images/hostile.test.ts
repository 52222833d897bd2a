import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { errorCode } from '#shared/contract/common.ts'
import { browserPicture, digestAndMeasure, readPicture, thumbnail } from '#engine/images/index.ts'

const corpus = join(import.meta.dirname, '../../corpus/images')
const expected = z
  .record(z.string(), errorCode)
  .parse(JSON.parse(readFileSync(join(corpus, 'expected.json'), 'utf8')))

describe('a hostile file', () => {
  it.each(Object.entries(expected))('%s is refused with %s, whatever is asked of it', async (name, code) => {
    const path = join(corpus, 'files', name)
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(name) })
    await expect(readPicture(path)).rejects.toEqual(refusal)
    await expect(digestAndMeasure(path, true)).rejects.toEqual(refusal)
    await expect(thumbnail(path, 96)).rejects.toEqual(refusal)
    await expect(browserPicture(path)).rejects.toEqual(refusal)
  })
})

describe('a path that is no image file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kernelscope-images-'))
    mkdirSync(join(folder, 'folder.jpg'))
    symlinkSync('loop.jpg', join(folder, 'loop.jpg'))
    symlinkSync('nowhere', join(folder, 'dangling.jpg'))
    writeFileSync(join(folder, 'file'), 'x')
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe.jpg')])
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([
    ['missing.jpg', 'FILE_MISSING'],
    ['file/inside.jpg', 'FILE_MISSING'],
    ['dangling.jpg', 'FILE_MISSING'],
    ['loop.jpg', 'FILE_UNREADABLE'],
    ['folder.jpg', 'IMAGE_UNREADABLE'],
    ['pipe.jpg', 'IMAGE_UNREADABLE'],
  ])('%s is refused with %s', async (name, code) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(name) })
    await expect(readPicture(join(folder, name))).rejects.toEqual(refusal)
    await expect(digestAndMeasure(join(folder, name))).rejects.toEqual(refusal)
  })

  it('is read though its name is not UTF-8', async () => {
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xe9, 0xff]), Buffer.from('.png')])
    const image = readFileSync(join(import.meta.dirname, 'goldens/decode/palette.png'))
    writeFileSync(name, image)
    expect(await readPicture(name)).toMatchObject({ height: 37, width: 51 })
  })
})
