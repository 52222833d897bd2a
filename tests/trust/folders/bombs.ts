import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, constants, deflateRawSync } from 'node:zlib'
import sharp from 'sharp'
import type { Survived } from './survived.ts'

/** A picture, how it is indexed, and what comes of it where it is decoded: its size, or the code of a refusal. */
interface Bomb {
  survived: Survived
  make: () => Promise<Buffer> | Buffer
  decoded: string
}

const bomb = (title: string, suffix: string, make: Bomb['make'], decoded: string, unreadable = 0): Bomb => ({
  survived: [
    title,
    async (root) => writeFileSync(join(root, 'cat', `c.${suffix}`), await make()),
    { images: 3, unreadable },
  ],
  make,
  decoded,
})

const uint32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at)
  return bytes
}

/** A zlib stream of `millions` times a million zeros, a thousandth as large; every million is one and the same piece. */
function zeros(millions: number): Buffer {
  const size = 1_000_000
  const piece = deflateRawSync(Buffer.alloc(size), { finishFlush: constants.Z_FULL_FLUSH })
  const end = deflateRawSync(Buffer.alloc(0))
  // Adler-32 of n zeros: the first sum stays 1, the second is n.
  const sum = uint32(((millions * size) % 65521) * 65536 + 1)
  return Buffer.concat([
    Buffer.from([0x78, 0x9c]),
    ...Array.from({ length: millions }, () => piece),
    end,
    sum,
  ])
}

const chunk = (type: string, data: Buffer) => {
  const body = Buffer.concat([Buffer.from(type), data])
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))])
}

/** A PNG of one bit per pixel. */
const png = (side: number, data: Buffer, ...more: Buffer[]) =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([uint32(side, side), Buffer.from([1, 0, 0, 0, 0])])),
    ...more,
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])

const frames = 3
const film = () =>
  sharp(Buffer.from(Array.from({ length: 8 * 8 * frames * 3 }, (_, at) => at % 251)), {
    raw: { width: 8, height: 8 * frames, channels: 3, pageHeight: 8 },
  })

/** A GIF whose canvas, and on demand whose first frame, is said to have 40,000 by 40,000 pixels. */
async function gifBomb(withFrame: boolean): Promise<Buffer> {
  const gif = await film().gif().toBuffer()
  const frame = gif.indexOf(Buffer.from('2c0000000008000800', 'hex'))
  for (const at of withFrame ? [6, frame + 5] : [6]) {
    gif.writeUInt16LE(40_000, at)
    gif.writeUInt16LE(40_000, at + 2)
  }
  return gif
}

/** A TIFF whose tags of width (256) and height (257) are those given. */
async function tiffBomb(width: number, height: number): Promise<Buffer> {
  const tiff = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#2a6' } })
    .tiff({ compression: 'none' })
    .toBuffer()
  const directory = tiff.readUInt32LE(4)
  for (let tag = 0; tag < tiff.readUInt16LE(directory); tag++) {
    const at = directory + 2 + 12 * tag
    const value = new Map([
      [256, width],
      [257, height],
    ]).get(tiff.readUInt16LE(at))
    if (value === undefined) continue
    tiff.writeUInt16LE(4, at + 2)
    tiff.writeUInt32LE(value, at + 8)
  }
  return tiff
}

/** An animated WebP whose canvas is said to have 2^14 by 2^14 pixels, the most that there are. */
async function webpBomb(): Promise<Buffer> {
  const webp = await film().webp({ lossless: true }).toBuffer()
  const canvas = webp.indexOf('VP8X') + 12
  webp.writeUIntLE(2 ** 14 - 1, canvas, 3)
  webp.writeUIntLE(2 ** 14 - 1, canvas + 3, 3)
  return webp
}

/** A PNG with two frames, the second after the first. */
const apng = () =>
  png(
    8,
    zeros(1),
    chunk('acTL', uint32(2, 0)),
    chunk('fcTL', Buffer.concat([uint32(0, 8, 8, 0, 0), Buffer.from([0, 1, 0, 1, 0, 0])])),
  )

const tooLarge = 'IMAGE_TOO_LARGE'
const unreadable = 'IMAGE_UNREADABLE'
const text = () => chunk('zTXt', Buffer.concat([Buffer.from('Title\0\0'), zeros(500)]))
const profile = () => chunk('iCCP', Buffer.concat([Buffer.from('profile\0\0'), zeros(500)]))

/** Small files that claim or become large pictures, and pictures of several frames. */
export const bombs: Bomb[] = [
  bomb('a PNG of 40,000 by 40,000 pixels', 'png', () => png(40_000, zeros(201)), tooLarge, 1),
  bomb('a PNG whose pixels go on for 500 MB after the last', 'png', () => png(8, zeros(500)), '8x8'),
  bomb('a PNG with a text of 500 MB', 'png', () => png(8, zeros(1), text()), '8x8'),
  bomb('a PNG with a colour profile of 500 MB', 'png', () => png(8, zeros(1), profile()), '8x8'),
  bomb('a PNG of no pixels', 'png', () => png(0, zeros(1)), unreadable, 1),
  // libnsgif takes the size of the first frame where the canvas is impossibly large.
  bomb(
    'a GIF with a canvas of 40,000 by 40,000 pixels, its frames of 8 by 8',
    'gif',
    () => gifBomb(false),
    '8x8',
  ),
  bomb('a GIF with a frame of 40,000 by 40,000 pixels', 'gif', () => gifBomb(true), tooLarge, 1),
  bomb('a WebP with a canvas of 2^14 by 2^14 pixels', 'webp', webpBomb, unreadable, 1),
  bomb('a TIFF that claims 2^31 pixels', 'tif', () => tiffBomb(2 ** 16, 2 ** 15), tooLarge, 1),
  // Its header is sound, so that the index takes it for an image.
  bomb('a TIFF that claims 10^8 pixels and holds 64', 'tif', () => tiffBomb(10_000, 10_000), unreadable),
  bomb('a GIF of three frames', 'gif', () => film().gif().toBuffer(), '8x8'),
  bomb('a WebP of three frames', 'webp', () => film().webp().toBuffer(), '8x8'),
  bomb('a PNG of two frames of which one is missing', 'png', apng, '8x8'),
]
