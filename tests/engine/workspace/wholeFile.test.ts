import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KernelscopeError } from '#shared/errors.ts'
import { writeWhole } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

function* pieces(count: number, at: (piece: number) => void = () => undefined) {
  for (let piece = 0; piece < count; piece++) {
    at(piece)
    yield `piece ${piece}, ü\n`
  }
}

describe('a file in pieces', () => {
  it('is their text, and its size is told in bytes', async () => {
    const folder = temporaryFolder()
    const written = await writeWhole(join(folder, 'new'), 'a.txt', pieces(20_000))
    const text = [...pieces(20_000)].join('')
    expect(readFileSync(written.path, 'utf8')).toBe(text)
    expect(written.bytes).toBe(Buffer.byteLength(text))
    expect(readdirSync(join(folder, 'new'))).toEqual(['a.txt'])
  })

  it('leaves other work of the thread its turn while it is made', async () => {
    let turns = 0
    const other = setInterval(() => turns++, 0)
    const before: number[] = []
    await writeWhole(
      temporaryFolder(),
      'a.txt',
      pieces(50_000, () => before.push(turns)),
    )
    clearInterval(other)
    expect(new Set(before).size).toBeGreaterThan(2)
  })

  it.each([
    ['a failure of its own', new KernelscopeError('DRAWS_MALFORMED', 'no entry'), 'DRAWS_MALFORMED'],
    ['a full disk', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'DISK_FULL'],
    ['a full quota', Object.assign(new Error('write'), { code: 'EDQUOT' }), 'DISK_FULL'],
    ['another failure to write', Object.assign(new Error('write'), { code: 'EIO' }), 'FILE_UNREADABLE'],
  ])('leaves the file that was there, and no half of a new one, after %s', async (_, thrown, code) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.txt'), 'before')
    const fail = (piece: number) => {
      if (piece === 19_000) throw thrown
    }
    await expect(writeWhole(folder, 'a.txt', pieces(20_000, fail))).rejects.toMatchObject({ code })
    expect(readdirSync(folder)).toEqual(['a.txt'])
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('before')
  })

  it('leaves nothing when it is called off', async () => {
    const folder = temporaryFolder()
    const stop = new AbortController()
    const reason = new Error('called off')
    const abort = (piece: number) => piece === 30_000 && stop.abort(reason)
    let last = 0
    const written = writeWhole(
      folder,
      'a.txt',
      pieces(1_000_000, (piece) => {
        last = piece
        abort(piece)
      }),
      stop.signal,
    )
    await expect(written).rejects.toBe(reason)
    expect(readdirSync(folder)).toEqual([])
    expect(last).toBeLessThan(100_000)
  })

  it.skipIf(!existsSync('/dev/full'))('says where it could not be written', async () => {
    await expect(writeWhole('/dev/full', 'a.txt', 'text')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('/dev/full') as string,
    })
  })
})
