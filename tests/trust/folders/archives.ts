import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pax } from 'tar'
import { endOfTar, pack, tarOf, type TarEntry } from '../../packed.ts'

/** A title, what makes an archive in an empty folder (its path), and what is then found. */
export type PackedCase = [
  title: string,
  make: (folder: string, image: Buffer) => Promise<string> | string,
  found: { images?: number; unreadable?: number; remark?: RegExp },
]

/** Archives that are refused, with what is said. */
export type NoArchive = [title: string, make: PackedCase[1], message: RegExp]

/** A tar of `cat/a.png`, what else is given, and `dog/b.png`. */
const tar = (
  title: string,
  more: (image: Buffer) => readonly TarEntry[],
  found: PackedCase[2],
  end: Buffer = endOfTar,
): PackedCase => [
  title,
  (folder, image) => {
    const path = join(folder, 'images.tar')
    const entries = [{ path: 'cat/a.png', body: image }, ...more(image), { path: 'dog/b.png', body: image }]
    writeFileSync(path, Buffer.concat([tarOf(...entries), end]))
    return path
  },
  { images: 2, ...found },
]

/** A zip of `cat/a.png` and `dog/b.png`, whose bytes are changed. */
const zip = (
  title: string,
  spoil: (bytes: Buffer, image: Buffer) => Buffer | void,
  found: PackedCase[2],
): PackedCase => [
  title,
  async (folder, image) => {
    const path = await zipIn(folder, image)
    const bytes = await readFile(path)
    writeFileSync(path, spoil(bytes, image) ?? bytes)
    return path
  },
  { images: 2, ...found },
]

async function zipIn(folder: string, image: Buffer): Promise<string> {
  for (const name of ['cat', 'dog']) mkdirSync(join(folder, 'unpacked', name), { recursive: true })
  for (const name of ['cat/a.png', 'dog/b.png']) writeFileSync(join(folder, 'unpacked', name), image)
  return pack(join(folder, 'images.zip'), join(folder, 'unpacked'), ['cat/a.png', 'dog/b.png'])
}

const long = `cat/${'x'.repeat(120)}/${'y'.repeat(150)}.png`
const pax = (values: Record<string, string>, of: TarEntry): TarEntry[] => {
  const text = Object.entries(values).map(([key, value]) => {
    const tail = ` ${key}=${value}\n`
    const length = [2, 3]
      .map((digits) => Buffer.byteLength(tail) + digits)
      .find((n, at) => `${n}`.length === at + 2)
    return `${length}${tail}`
  })
  return [{ path: 'PaxHeader', type: 'ExtendedHeader', body: text.join('') }, of]
}

/** The place of the central header of a zip's nth file. */
const central = (bytes: Buffer, nth: number): number => {
  let at = -1
  for (let k = 0; k <= nth; k++) at = bytes.indexOf(Buffer.from('504b0102', 'hex'), at + 1)
  return at
}

export const archives: PackedCase[] = [
  tar('no blocks at its end', () => [], {}, Buffer.alloc(0)),
  tar('an end in the middle of a header', () => [], { remark: /ends inside a header/ }, Buffer.alloc(100, 1)),
  tar(
    'a damaged header',
    () => [],
    { remark: /is damaged at byte 2048; what follows is not read/ },
    Buffer.alloc(1024, 1),
  ),
  [
    'an end in the middle of an image',
    (folder, image) => {
      const path = join(folder, 'images.tar')
      const bytes = tarOf({ path: 'cat/a.png', body: image }, { path: 'dog/b.png', body: image })
      writeFileSync(path, bytes.subarray(0, 1024 + 512 + 10))
      return path
    },
    { images: 2, unreadable: 1, remark: /ends in the middle of dog\/b\.png: \d+ bytes are missing/ },
  ],
  [
    'a shard of three that ends in the middle of an image',
    (folder, image) => {
      const shards = join(folder, 'shards')
      mkdirSync(shards)
      for (const shard of [0, 1, 2]) {
        const bytes = tarOf({ path: `cat/${shard}.png`, body: image })
        writeFileSync(join(shards, `a-00${shard}.tar`), shard === 1 ? bytes.subarray(0, 550) : bytes)
      }
      return shards
    },
    { images: 3, unreadable: 1, remark: /a-001\.tar: The archive ends in the middle of cat\/1\.png/ },
  ],
  tar(
    'names that lead out',
    (body) => [
      { path: '../x.png', body },
      { path: 'cat/../../y.png', body },
    ],
    {
      remark: /names that lead out of the archive: \.\.\/x\.png, cat\/\.\.\/\.\.\/y\.png/,
    },
  ),
  tar('absolute names', (body) => [{ path: '/etc/x.png', body }], {
    remark: /lead out of the archive: \/etc\/x\.png/,
  }),
  tar('names with dots and empty steps', (body) => [{ path: './cat//./c.png', body }], { images: 3 }),
  tar('a name with a backslash', (body) => [{ path: 'cat/a\\b.png', body }], { images: 3 }),
  tar(
    'hidden files',
    (body) => [
      { path: 'cat/._a.png', body },
      { path: '.git/c.png', body },
    ],
    {},
  ),
  tar('a symbolic link', () => [{ path: 'cat/c.png', type: 'SymbolicLink', linkpath: '/etc/passwd' }], {
    remark: /Left out, links: cat\/c\.png/,
  }),
  tar('a hard link to an image', () => [{ path: 'cat/c.png', type: 'Link', linkpath: 'cat/a.png' }], {
    images: 3,
  }),
  tar('a hard link to nothing', () => [{ path: 'cat/c.png', type: 'Link', linkpath: '../etc' }], {
    remark: /Left out, links: cat\/c\.png/,
  }),
  tar(
    'a device and a pipe',
    () => [
      { path: 'cat/c.png', type: 'CharacterDevice' },
      { path: 'cat/d.png', type: 'FIFO' },
    ],
    { remark: /devices, pipes and other things that are no files: cat\/c\.png, cat\/d\.png/ },
  ),
  tar('a sparse file of GNU tar', (body) => [{ path: 'cat/c.png', type: 'SparseFile', body }], {
    images: 3,
    unreadable: 1,
  }),
  tar(
    'a sparse file by PAX',
    (body) => pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'cat/c.png' }, { path: 'cat/c.png', body }),
    { images: 3, unreadable: 1 },
  ),
  tar(
    'a long name by GNU tar',
    (body) => [
      { path: '././@LongLink', type: 'NextFileHasLongPath', body: `${long}\0` },
      { path: long.slice(0, 90), body },
    ],
    { images: 3 },
  ),
  tar('a long name by PAX', (body) => pax({ path: long }, { path: 'cat/short.png', body }), { images: 3 }),
  tar(
    'a name of PAX for all files',
    (body) => [
      {
        path: 'g',
        type: 'GlobalExtendedHeader',
        body: new Pax({ comment: 'made by a test' }, true).encodeBody(),
      },
      { path: 'cat/c.png', body },
    ],
    { images: 3 },
  ),
  tar(
    'a name that is there twice',
    (body) => [{ path: 'cat/a.png', body: Buffer.concat([body, Buffer.from('x')]) }],
    {
      remark: /more than once; the last one counts: cat\/a\.png/,
    },
  ),
  tar('names in other scripts', (body) => [{ path: 'vögel/猫.png', body }], { images: 3 }),
  tar('a name that is not UTF-8', (body) => [{ path: 'cat/\uFFFD.png', body }], {
    remark: /not valid UTF-8/,
  }),
  tar('a tar in it', (body) => [{ path: 'bird.tar', body: tarOf({ path: 'c.png', body }) }], { images: 3 }),
  tar('a size that lies', () => [{ path: 'cat/c.png', size: 2 ** 40 }], {
    images: 2,
    unreadable: 1,
    remark: /ends in the middle of cat\/c\.png/,
  }),
  tar('an empty file', () => [{ path: 'cat/c.png', body: '' }], { images: 3, unreadable: 1 }),
  tar('a file that is no image', () => [{ path: 'cat/c.png', body: 'text' }], { images: 3, unreadable: 1 }),
  zip('files that are stored and deflated', () => undefined, {}),
  zip(
    'an encrypted file',
    (bytes) => void bytes.writeUInt16LE(bytes.readUInt16LE(central(bytes, 0) + 8) | 1, central(bytes, 0) + 8),
    {
      unreadable: 1,
    },
  ),
  zip('a file packed by another method', (bytes) => void bytes.writeUInt16LE(14, central(bytes, 1) + 10), {
    unreadable: 1,
  }),
  zip('a file that claims 2 GiB', (bytes) => void bytes.writeUInt32LE(2 ** 31, central(bytes, 1) + 24), {
    unreadable: 1,
  }),
  zip(
    'a file that unpacks to more than it claims',
    (bytes) => void bytes.writeUInt32LE(10, central(bytes, 1) + 24),
    {
      unreadable: 1,
    },
  ),
  zip('a file with another checksum', (bytes) => void bytes.writeUInt32LE(7, central(bytes, 0) + 16), {
    unreadable: 1,
  }),
  zip(
    'a file that is not where the list says',
    (bytes) => void bytes.writeUInt32LE(5, central(bytes, 1) + 42),
    { unreadable: 1 },
  ),
  zip('a name that leads out', (bytes) => void bytes.write('../', central(bytes, 0) + 46), {
    images: 1,
    remark: /lead out of the archive/,
  }),
  zip('a list that is cut off', (bytes) => void bytes.write('XX', central(bytes, 1)), {
    images: 1,
    remark: /list of files is damaged/,
  }),
]

/** Makes a file with a name. */
const file = (title: string, name: string, body: string | Buffer, message: RegExp): NoArchive => [
  title,
  (folder) => {
    writeFileSync(join(folder, name), body)
    return join(folder, name)
  },
  message,
]

export const noArchives: NoArchive[] = [
  file(
    'text with the name of a tar',
    'a.tar',
    'text'.repeat(500),
    /is not an archive that can be read in place/,
  ),
  file('a packed tar with the name of a tar', 'a.tar', Buffer.from('1f8b0800', 'hex'), /is not an archive/),
  file('a zip without its end', 'a.zip', Buffer.from('504b0304', 'hex'), /is not a readable zip/),
  file('an empty tar', 'a.tar', endOfTar, /no images/),
  file('an empty file', 'a.tar', '', /no images/),
  file('a tar of text', 'a.tar', tarOf({ path: 'a.txt', body: 'a' }), /no images/),
]
