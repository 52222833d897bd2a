import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgetArchives, keepListsIn, openArchive } from '#engine/archives/index.ts'
import { endOfTar, pack, tarOf } from '../../packed.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'

const base = temporaryFolderOfFile()
const workspace = join(base, 'workspace')
const lists = join(workspace, 'lists')
const names = Array.from({ length: 120 }, (_, n) => `class ${n % 3}/${String(n).padStart(3, '0')}.png`)

beforeAll(() => {
  mkdirSync(workspace)
  for (const name of names) {
    mkdirSync(join(base, 'images', name, '..'), { recursive: true })
    writeFileSync(join(base, 'images', name), `image ${name}`)
  }
  keepListsIn(lists)
})
afterAll(() => {
  keepListsIn(null)
  forgetArchives()
})

/** Opens an archive as after a restart. Gives its files, and what was remarked. */
async function opened(file: string) {
  forgetArchives()
  const archive = await openArchive(file)
  return { entries: [...archive.entries()], remarks: archive.remarks }
}

/** Does something to a file and gives it the time that it had. */
function unnoticed(file: string, change: (bytes: Buffer) => Buffer | void): void {
  const { mtime } = statSync(file)
  const bytes = readFileSync(file)
  writeFileSync(file, change(bytes) ?? bytes)
  utimesSync(file, new Date(), mtime)
}

/** The bytes of a tar of small files with a name that is there twice, and a file that is cut off. */
const spoilt = () =>
  Buffer.concat([
    tarOf(...names.map((path) => ({ path, body: path })), { path: names[0] ?? '', body: 'again' }),
    tarOf({ path: 'last.png', body: 'x'.repeat(600) }).subarray(0, 700),
  ])

describe('the list of an archive', () => {
  it.each(['tar', 'zip'])('of the form %s is kept, and read instead of the archive', async (form) => {
    const file = await pack(join(base, `images.${form}`), join(base, 'images'), names)
    const fresh = await opened(file)
    expect(fresh.entries.map(({ name }) => name)).toEqual([...names].sort())
    // Where the archive says what its files are; its first bytes, size and time stay.
    unnoticed(file, (bytes) => void bytes.fill(255, 1024))
    expect(await opened(file)).toEqual(fresh)
  })

  it('keeps what is wrong with the archive', async () => {
    const file = join(base, 'spoilt.tar')
    writeFileSync(file, spoilt())
    const fresh = await opened(file)
    expect(fresh.entries.filter(({ place }) => place === null)).toHaveLength(1)
    expect(fresh.remarks).toHaveLength(2)
    unnoticed(file, (bytes) => void bytes.fill(255, 1024))
    expect(await opened(file)).toEqual(fresh)
  })

  it.each<[string, (file: string) => void]>([
    ['size', (file) => writeFileSync(file, Buffer.concat([readFileSync(file), endOfTar]))],
    ['time', (file) => utimesSync(file, new Date(), new Date(Date.now() + 5000))],
    [
      'first bytes',
      (file) =>
        unnoticed(file, () =>
          Buffer.concat([tarOf({ path: 'other.png', body: 'x' }), readFileSync(file).subarray(1024)]),
        ),
    ],
  ])('is made anew where the archive has another %s', async (_, change) => {
    const file = await pack(join(base, 'replaced.tar'), join(base, 'images'), names)
    await opened(file)
    // Behind the first file, so that a list made anew is another one.
    unnoticed(file, (bytes) => void bytes.fill(0, 1024))
    expect((await opened(file)).entries).toHaveLength(120)
    change(file)
    expect((await opened(file)).entries).toHaveLength(1)
  })

  const changed: [string, (list: Buffer, archive: string) => Buffer][] = [
    ['is cut off', (list) => list.subarray(0, list.length - 1)],
    ['is empty', () => Buffer.alloc(0)],
    ['has a changed byte', (list) => (list.writeUInt8((list.at(-1) ?? 0) ^ 1, list.length - 1), list)],
    [
      'has a name that leads out',
      (list) => signed(text(list, 'class 0\0' + '000.png', '..\0' + 'abcd\0' + '000.png')),
    ],
    [
      'is of another archive',
      (list, archive) => signed(text(list, archive, archive.replace('images', 'imaget'))),
    ],
    [
      'says that files end behind the archive',
      (list) => signed((list.writeDoubleLE(1e9, numbersAt(list)), list)),
    ],
  ]
  it.each(changed)('that %s is not used', async (_, change) => {
    const file = await pack(join(base, 'images-2.tar'), join(base, 'images'), names)
    const fresh = await opened(file)
    const [list = ''] = readdirSync(lists).filter((name) =>
      readFileSync(join(lists, name)).includes('images-2.tar'),
    )
    writeFileSync(join(lists, list), change(readFileSync(join(lists, list)), 'images-2.tar'))
    unnoticed(file, (bytes) => void bytes.fill(0, 1024))
    const anew = await opened(file)
    expect(anew.entries).toEqual(fresh.entries.slice(0, 1))
  })

  it('is not kept where it is short, or there is no workspace', async () => {
    const before = readdirSync(lists).length
    await opened(await pack(join(base, 'few.tar'), join(base, 'images'), names.slice(0, 99)))
    expect(readdirSync(lists)).toHaveLength(before)
    keepListsIn(join(base, 'gone', 'lists'))
    await opened(await pack(join(base, 'many.tar'), join(base, 'images'), names))
    keepListsIn(lists)
    expect(existsSync(join(base, 'gone'))).toBe(false)
  })
})

/** A list with other bytes and the digest that goes with them. */
const signed = (list: Buffer): Buffer =>
  Buffer.concat([createHash('sha256').update(list.subarray(32)).digest(), list.subarray(32)])

const text = (list: Buffer, from: string, to: string): Buffer => {
  expect(list.includes(from) && from.length === to.length).toBe(true)
  return Buffer.from(list.toString('latin1').replaceAll(from, to), 'latin1')
}

/** Where the offsets of files begin: behind digest, length of the head, and head. */
const numbersAt = (list: Buffer): number => 40 + list.readDoubleLE(32)
