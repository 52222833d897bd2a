import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FarFile } from '#shared/bridge.ts'
import { fetchPiece } from '#shared/fileChunks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { fetchFile } from '../../src/main/fetch/fetchFile.ts'
import { localName, numbered } from '../../src/main/fetch/localName.ts'
import { temporaryFolder } from '../temporary.ts'

const content = Buffer.alloc(fetchPiece + 5000, 'kernel')
const file: FarFile = {
  id: '2c1d4a52-9d0c-4a3e-9a52-0d5f0f0b4c11',
  name: 'report.html',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
}
const offsetOf = (address: string) => Number(address.split('/').at(-1))
const honest = (address: string) => {
  const offset = offsetOf(address)
  return new Response(content.subarray(offset, offset + fetchPiece))
}
/** A body that never ends. */
const endless = () =>
  new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(2 ** 16)) }))

function fetching(ask: (address: string) => Response | Promise<Response>, announced: Partial<FarFile> = {}) {
  const folder = temporaryFolder()
  const stop = new AbortController()
  const told: number[] = []
  const target = join(folder, 'mine.html')
  const done = fetchFile(
    { ...file, ...announced },
    { file: target },
    {
      ask: async (address) => ask(address),
      signal: stop.signal,
      progress: (bytes) => told.push(bytes),
      waits: { again: 5, silent: 100 },
    },
  )
  return { folder, target, done, stop, told }
}

describe('a file of another machine', () => {
  it('is written whole, piece by piece', async () => {
    const { done, target, told, folder } = fetching(honest)
    expect(await done).toBe(target)
    expect(readFileSync(target).equals(content)).toBe(true)
    expect(told.at(-1)).toBe(content.length)
    expect(readdirSync(folder)).toEqual(['mine.html'])
  })

  it('goes on where it stopped when the connection is lost, or says nothing more', async () => {
    const asked: number[] = []
    const { done, target } = fetching((address) => {
      asked.push(offsetOf(address))
      if (asked.length === 1) return new Response('down', { status: 503 })
      if (asked.length > 3) return honest(address)
      const part = content.subarray(offsetOf(address), offsetOf(address) + 1000)
      return new Response(
        new ReadableStream({
          pull(stream) {
            stream.enqueue(part)
            if (asked.length === 2) stream.error(new Error('cut'))
            return new Promise(() => undefined)
          },
        }),
      )
    })
    await done
    expect(readFileSync(target).equals(content)).toBe(true)
    expect(asked.slice(0, 2)).toEqual([0, 0])
    expect(asked.at(-1)).toBeGreaterThan(fetchPiece - 1)
  })

  it.each([
    ['has more bytes than it said', () => endless(), {}],
    ['has fewer bytes', () => new Response(new Uint8Array(0)), {}],
    ['has other bytes', () => new Response(new Uint8Array(10)), { bytes: 10 }],
  ])('is not there where it %s', async (_, ask, announced) => {
    const { done, folder } = fetching(ask, announced)
    await expect(done).rejects.toMatchObject({ code: 'FILE_CHANGED' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('is refused where it would fill the disk, and with the word of the engine', async () => {
    const large = fetching(endless, { bytes: 2 ** 52 })
    await expect(large.done).rejects.toMatchObject({ code: 'DISK_FULL' })
    const problem = new KernelscopeError('FILE_MISSING', 'no such offer').toShape()
    const refused = fetching(() => new Response(JSON.stringify(problem), { status: 404 }))
    await expect(refused.done).rejects.toMatchObject(problem)
    const babble = fetching(() => new Response(endless().body, { status: 500 }))
    await expect(babble.done).rejects.toMatchObject({ code: 'INTERNAL' })
    for (const { folder } of [large, refused, babble]) expect(readdirSync(folder)).toEqual([])
  })

  it('can be stopped, and leaves nothing', async () => {
    const { done, stop, folder } = fetching(() => new Promise<Response>(() => undefined))
    const slow = fetching((address) => new Response('down', { status: address ? 503 : 200 }))
    setTimeout(() => (stop.abort(), slow.stop.abort()), 20)
    // Both at once: a rejection that nobody waits for yet would count as an error.
    await Promise.all(
      [done, slow.done].map((stopped) => expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' })),
    )
    expect([...readdirSync(folder), ...readdirSync(slow.folder)]).toEqual([])
  })

  it('replaces nothing in a folder that was chosen for several', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.csv'), 'mine')
    const how = { ask: async (address: string) => honest(address), progress: () => undefined }
    const { signal } = new AbortController()
    const path = await fetchFile(file, { folder, name: 'a.csv' }, { ...how, signal })
    expect(path).toBe(join(folder, 'a (2).csv'))
    expect(readFileSync(join(folder, 'a.csv'), 'utf8')).toBe('mine')
  })
})

it('makes a harmless name of any', () => {
  const names = [
    '../../.bashrc',
    '/etc/passwd',
    'a\nb\u202egnp.exe',
    'con',
    'nul.txt',
    '..',
    '',
    'C:\\x',
    'größe.csv. ',
  ]
  expect(names.map(localName)).toEqual([
    '-..-.bashrc',
    '-etc-passwd',
    'a-b-gnp.exe',
    'file-con',
    'file-nul.txt',
    'file',
    'file',
    'C--x',
    'größe.csv',
  ])
  const long = localName(`${'模'.repeat(4000)}.onnx`)
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200)
  expect(long.endsWith('模.onnx')).toBe(true)
  expect([1, 2].map((number) => numbered('a.tar', number))).toEqual(['a.tar', 'a (2).tar'])
  expect(numbered('.hidden', 2)).toBe('.hidden (2)')
})
