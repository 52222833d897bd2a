/**
 * Makes the hostile images in `files/` and `expected.json`, which says for each the exact error code.
 * Run: node tests/corpus/images/make.ts
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import type { ErrorCode } from '#shared/errors.ts'

const folder = join(import.meta.dirname, 'files')
const sound = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../engine/images/goldens/decode', name))

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}

/** A PNG that claims `width` x `height` RGB pixels and holds `data` as its compressed rows. */
function png(width: number, height: number, data: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The file with one byte changed. */
function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at)
  return copy
}

const jpeg = sound('444.jpg')
const start = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
/** The same JPEG, claiming 65500 x 65500 pixels. */
const hugeJpeg = Buffer.from(jpeg)
hugeJpeg.writeUInt16BE(65500, start + 5)
hugeJpeg.writeUInt16BE(65500, start + 7)
const plain = sound('profile.png')
const idat = plain.indexOf('IDAT')

const files: Record<string, [Buffer | string, ErrorCode]> = {
  'empty.jpg': ['', 'IMAGE_UNREADABLE'],
  'one-byte.png': [Buffer.from([0x89]), 'IMAGE_UNREADABLE'],
  'text.jpg': ['this is not an image\n', 'IMAGE_UNREADABLE'],
  'page.png': ['<!doctype html><title>404</title>', 'IMAGE_UNREADABLE'],
  'drawing.svg': [
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
    'IMAGE_UNREADABLE',
  ],
  'signature-only.jpg': [Buffer.from([0xff, 0xd8, 0xff]), 'IMAGE_UNREADABLE'],
  'signature-only.png': [plain.subarray(0, 8), 'IMAGE_UNREADABLE'],
  'header-only.png': [plain.subarray(0, 33), 'IMAGE_UNREADABLE'],
  'truncated.jpg': [jpeg.subarray(0, jpeg.length >> 1), 'IMAGE_UNREADABLE'],
  'truncated-progressive.jpg': [
    sound('progressive.jpg').subarray(0, sound('progressive.jpg').length >> 1),
    'IMAGE_UNREADABLE',
  ],
  'truncated.png': [plain.subarray(0, (idat + plain.length) >> 1), 'IMAGE_UNREADABLE'],
  'truncated.gif': [sound('palette.gif').subarray(0, sound('palette.gif').length >> 1), 'IMAGE_UNREADABLE'],
  'truncated.webp': [sound('lossy.webp').subarray(0, sound('lossy.webp').length >> 1), 'IMAGE_UNREADABLE'],
  'truncated.tif': [sound('plain.tif').subarray(0, 100), 'IMAGE_UNREADABLE'],
  'bad-checksum.png': [flipped(plain, 30), 'IMAGE_UNREADABLE'],
  'bad-data.png': [flipped(plain, idat + 40), 'IMAGE_UNREADABLE'],
  'no-rows.png': [png(40, 40, deflateSync(Buffer.alloc(0))), 'IMAGE_UNREADABLE'],
  'zero-size.png': [png(0, 0, deflateSync(Buffer.alloc(1))), 'IMAGE_UNREADABLE'],
  // 4.3 and 10.2 thousand megapixels in a kilobyte.
  'bomb.png': [png(65500, 65500, deflateSync(Buffer.alloc(100_000))), 'IMAGE_TOO_LARGE'],
  'bomb.jpg': [hugeJpeg, 'IMAGE_TOO_LARGE'],
  'bomb-wide.png': [png(2_000_000, 60, deflateSync(Buffer.alloc(1000))), 'IMAGE_TOO_LARGE'],
  // More than libpng reads at all.
  'bomb-long-side.png': [png(2_147_483_647, 2_147_483_647, deflateSync(Buffer.alloc(9))), 'IMAGE_UNREADABLE'],
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [name, [content]] of Object.entries(files)) writeFileSync(join(folder, name), content)
const expected = Object.fromEntries(Object.entries(files).map(([name, [, code]]) => [name, code]))
writeFileSync(join(import.meta.dirname, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`)
