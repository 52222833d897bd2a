import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decode, readHeader } from '#engine/images/decode.ts'
import { thumbnail } from '#engine/images/encode.ts'
import { digestAndMeasure } from '#engine/images/measure.ts'
import { temporaryFolder } from '../../temporary.ts'
import goldens from './goldens/forms.json' with { type: 'json' }

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const { files } = goldens

describe('a rare form of a picture', () => {
  it.each(Object.entries(files))('%s has the pixels that Pillow reads', async (name, golden) => {
    const { file, width, height, pixels } = golden
    expect(await readHeader(bytesOf(file), name)).toMatchObject({ width, height })
    expect(await decode(bytesOf(file), name)).toEqual({ pixels: bytesOf(pixels), width, height })
  })

  it('is measured and shown as a TIFF on its side is read', async () => {
    const path = join(temporaryFolder(), 'side.tif')
    writeFileSync(path, bytesOf(files['tiff of orientation 6'].file))
    expect(await digestAndMeasure(path)).toEqual(expect.objectContaining({ width: 3, height: 5 }))
    expect((await digestAndMeasure(path)).odd).toBeUndefined()
    expect(await sharp(await thumbnail(path, 64)).metadata()).toMatchObject({ width: 3, height: 5 })
  })
})
