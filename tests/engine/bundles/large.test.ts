import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { writeArchive } from '#engine/bundles/index.ts'
import { drawsOfFacts } from '#engine/bundles/draws.ts'
import { archiveLimits, openArchive } from '#engine/bundles/reader.ts'
import type { Bundle } from '#engine/bundles/open.ts'
import { canonicalTransform } from '#shared/transform.ts'
import { parseDraws, serialiseDraws, type Draws } from '#shared/transforms/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const golden = (name: string) => fileURLToPath(new URL(`goldens/${name}`, import.meta.url))
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('an archive in the format for more than 4 GiB', () => {
  it.each(['zip64.zip', 'zip64-streamed.zip'])('is read like any other: %s', async (name) => {
    const archive = await openArchive(golden(name))
    try {
      expect(Object.fromEntries(archive.entries)).toEqual({
        'bundle.json': 3,
        'facts.csv': 5000,
        'tables/one.md': 6,
      })
      expect((await archive.read('bundle.json', 100)).toString()).toBe('{}\n')
      expect(await archive.each('facts.csv', () => undefined)).toBe(sha256('a,b\r\n'.repeat(1000)))
    } finally {
      archive.close()
    }
  })

  it('has the same limits', async () => {
    await expect(
      openArchive(golden('zip64.zip'), { ...archiveLimits, entryBytes: 4999 }),
    ).rejects.toMatchObject({
      code: 'BUNDLE_MALFORMED',
      message: expect.stringContaining('"facts.csv" has more than 4999 bytes'),
    })
  })

  it('is refused where its number of files needs more than 16 bits', async () => {
    const path = join(temporaryFolder(), 'many.zip')
    const bytes = readFileSync(golden('zip64.zip'))
    const end = bytes.indexOf(Buffer.from([0x50, 0x4b, 6, 6]))
    for (const field of [24, 32]) bytes.writeBigUInt64LE(0x10005n, end + field)
    writeFileSync(path, bytes)
    await expect(openArchive(path)).rejects.toMatchObject({
      code: 'BUNDLE_MALFORMED',
      message: expect.stringContaining(`it has ${0x10005} files; at most ${archiveLimits.entries}`),
    })
  })
})

describe('the draws of a bundle', () => {
  const digest = (at: number) => sha256(String(at))
  const masks = (images: number[]) => Object.fromEntries(images.map((at) => [digest(at), 'ff0f']))
  const drawn = (images: number[]): Draws => ({
    format: 'kernelscope-draws',
    version: 1,
    patch: 16,
    height: 64,
    width: 64,
    entries: { '50/0': { ...masks(images), 'group:3': '0f00' }, '70/0': masks(images) },
    others: [{ height: 32, width: 32, entries: { '50/0': masks(images) } }],
  })
  const among = Array.from({ length: 5000 }, (_, at) => at)

  /** A condition whose masks are those of a draws file; of the seed where none is named. */
  const dropping = (draws: string | null) =>
    canonicalTransform({
      op: 'patchDrop',
      patch: 16,
      percent: 50,
      fill: 'black',
      seed: 0,
      repeat: 0,
      group: null,
      draws,
    })

  /** As for facts of some images under one condition. */
  async function read(
    text: string,
    images: number[],
    condition = dropping(digest(0)),
  ): Promise<Draws | string> {
    const folder = temporaryFolder()
    const path = join(folder, 'draws', 'bundle.zip')
    mkdirSync(dirname(path))
    writeFileSync(join(folder, 'draws.json'), text)
    await writeArchive(path, [{ name: 'draws.json', content: { path: join(folder, 'draws.json') } }])
    const archive = await openArchive(path)
    try {
      const facts = images.map((at) => ({ image: digest(at), condition: 0 }))
      return await drawsOfFacts({ archive, manifest: { conditions: [condition] } } as Bundle, facts)
    } finally {
      archive.close()
    }
  }

  it.each([[[7, 4999]], [[0]]])('are read only for the images %j', async (images) => {
    const text = serialiseDraws(drawn(among))
    // More than one piece of the file, so that a mask crosses from one piece into the next.
    expect(text.length).toBeGreaterThan(2 ** 20)
    expect(await read(text, images)).toEqual(drawn(images))
    expect(await read(JSON.stringify(drawn(among)), images)).toEqual(drawn(images))
    expect(parseDraws(text)).toEqual(drawn(among))
  })

  it('include the masks of groups, whose images are not known', async () => {
    expect(await read(serialiseDraws(drawn(among)), [9999])).toEqual({
      ...drawn([]),
      entries: { '50/0': { 'group:3': '0f00' } },
      others: [{ height: 32, width: 32, entries: {} }],
    })
  })

  it.each([
    ['of something else', '{"format":"kernelscope-subsets","models":[]}'],
    ['damaged', serialiseDraws(drawn([1])).slice(0, -20)],
  ])('are told to be unreadable where the file is %s', async (_, text) => {
    expect(await read(text, [1])).toMatch(/^DRAWS_MALFORMED: invalid draws file: /)
  })

  it('are read only where a condition replays them', async () => {
    const damaged = serialiseDraws(drawn([1])).slice(0, -20)
    for (const condition of [dropping(null), canonicalTransform({ op: 'identity' }), 'unknown'])
      expect(await read(damaged, [1], condition)).toBe('no masks are replayed')
  })
})
