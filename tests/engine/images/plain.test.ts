import { describe, expect, it } from 'vitest'
import { decode, readHeader } from '#engine/images/decode.ts'
import goldens from './goldens/plain.json' with { type: 'json' }

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const { width, height, files } = goldens

describe('a picture without compression', () => {
  it.each(Object.entries(files))('%s has the pixels that Pillow reads', async (name, { file, pixels }) => {
    expect(await readHeader(bytesOf(file), name)).toMatchObject({ width, height })
    expect(await decode(bytesOf(file), name)).toEqual({ pixels: bytesOf(pixels), width, height })
  })

  it.each(Object.entries(files))('%s is refused where it is cut', async (name, { file }) => {
    const whole = bytesOf(file)
    for (const length of [3, 20, whole.length - 1])
      await expect(decode(whole.subarray(0, length), name)).rejects.toMatchObject({
        code: 'IMAGE_UNREADABLE',
      })
  })

  it('that claims too many pixels, none, or another form is refused', async () => {
    const bmp = (change: (view: DataView) => void) => {
      const bytes = bytesOf(files['bmp of 24 bits'].file)
      change(new DataView(bytes.buffer))
      return bytes
    }
    const wide = bmp((view) => view.setInt32(18, 2 ** 30, true))
    await expect(readHeader(wide, 'wide')).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
    for (const bytes of [
      bmp((view) => view.setInt32(18, -5, true)),
      bmp((view) => view.setUint16(28, 16, true)),
      bmp((view) => view.setUint32(30, 1, true)),
      bmp((view) => view.setUint32(10, 2 ** 31, true)),
      new TextEncoder().encode('P6 5 3 0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
    ])
      await expect(decode(bytes, 'odd')).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' })
  })
})
