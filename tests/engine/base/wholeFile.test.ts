import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { KernelscopeError } from '#shared/errors.ts'
import { withNewFile } from '#engine/base/newFile.ts'
import { throughDraft, writeWhole } from '#engine/base/wholeFile.ts'
import { temporaryFolder } from '../../temporary.ts'

function* pieces(count: number, at: (piece: number) => void = () => undefined) {
  for (let piece = 0; piece < count; piece++) {
    at(piece)
    yield `piece ${piece}, ü\n`
  }
}

const systemError = (code: string) => Object.assign(new Error('write'), { code, syscall: 'write' })

describe('a file in pieces', () => {
  it('is their text, and its size is told in bytes', async () => {
    const folder = temporaryFolder()
    const written = await writeWhole(join(folder, 'new', 'a.txt'), pieces(20_000))
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
      join(temporaryFolder(), 'a.txt'),
      pieces(50_000, () => before.push(turns)),
    )
    clearInterval(other)
    expect(new Set(before).size).toBeGreaterThan(2)
  })

  it.each([
    ['a failure of its own', new KernelscopeError('DRAWS_MALFORMED', 'no entry'), 'DRAWS_MALFORMED'],
    ['a failure of a database', new Database.SqliteError('malformed', 'SQLITE_CORRUPT'), 'SQLITE_CORRUPT'],
    ['a full disk', systemError('ENOSPC'), 'DISK_FULL'],
    ['a full quota', systemError('EDQUOT'), 'DISK_FULL'],
    ['another failure to write', systemError('EIO'), 'FILE_UNREADABLE'],
  ])('leaves the file that was there, and no half of a new one, after %s', async (_, thrown, code) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.txt'), 'before')
    const fail = (piece: number) => {
      if (piece === 19_000) throw thrown
    }
    await expect(writeWhole(join(folder, 'a.txt'), pieces(20_000, fail))).rejects.toMatchObject({ code })
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
      join(folder, 'a.txt'),
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
    await expect(writeWhole('/dev/full/a.txt', 'text')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('/dev/full') as string,
    })
  })
})

describe('a file made through a draft', () => {
  it('takes its name once it is whole, and leaves nothing when it fails', async () => {
    const path = join(temporaryFolder(), 'a.txt')
    const write = (text: string) => async (draft: string) => {
      await writeFile(draft, text)
      if (text === '') throw systemError('ENOSPC')
      return text.length
    }
    expect(await throughDraft(path, write('before'))).toBe(6)
    await expect(throughDraft(path, write(''))).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining(path) as string,
    })
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(readdirSync(join(path, '..'))).toEqual(['a.txt'])
  })
})

describe('where a file is written', () => {
  it('may have as long a name as the file system allows', async () => {
    const folder = temporaryFolder()
    const name = `${'a'.repeat(221)}.txt`
    await writeWhole(join(folder, name), 'text')
    expect(readdirSync(folder)).toEqual([name])
    await expect(writeWhole(join(folder, 'a'.repeat(256)), 'text')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      hint: 'Choose a shorter name.',
    })
  })

  it.skipIf(process.platform === 'win32').each([
    ['a file', 'before'],
    ['what is not there yet', null],
  ])('may be a link to %s, which stays one', async (_, before) => {
    const folder = temporaryFolder()
    const target = join(temporaryFolder(), 'target.txt')
    if (before !== null) writeFileSync(target, before)
    symlinkSync(target, join(folder, 'between'))
    symlinkSync('between', join(folder, 'a.txt'))
    const written = await writeWhole(join(folder, 'a.txt'), pieces(100))
    expect(written).toEqual({ path: join(folder, 'a.txt'), bytes: [...pieces(100)].join('').length + 100 })
    expect(readFileSync(target, 'utf8')).toBe([...pieces(100)].join(''))
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'between'])
    for (const name of ['a.txt', 'between']) expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true)
  })

  it.skipIf(process.platform === 'win32').each(['pipe', 'link'])(
    'may be a pipe, and is one afterwards, by the name of a %s',
    async (name) => {
      const folder = temporaryFolder()
      execFileSync('mkfifo', [join(folder, 'pipe')])
      symlinkSync('pipe', join(folder, 'link'))
      const read = readFile(join(folder, 'pipe'), 'utf8')
      const { bytes } = await writeWhole(join(folder, name), pieces(20_000))
      const text = [...pieces(20_000)].join('')
      expect(await read).toBe(text)
      expect(bytes).toBe(Buffer.byteLength(text))
      expect(lstatSync(join(folder, 'pipe')).isFIFO()).toBe(true)
      expect(readdirSync(folder).sort()).toEqual(['link', 'pipe'])
    },
  )

  it('is no folder', async () => {
    const folder = temporaryFolder()
    await expect(writeWhole(folder, 'text')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a file that a stream is written into', () => {
  it('is whole and closed, and replaces what was there', async () => {
    const path = join(temporaryFolder(), 'a.txt')
    writeFileSync(path, 'something longer than what comes')
    const into = (file: FileHandle) => pipeline(Readable.from(['new', ' text']), file.createWriteStream())
    await withNewFile(path, into)
    expect(readFileSync(path, 'utf8')).toBe('new text')
  })

  it('is not made again after whoever stopped it has removed it', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'a.txt')
    const signal = AbortSignal.abort(new Error('called off'))
    const stopped = withNewFile(path, (file) =>
      pipeline(Readable.from(['text']), file.createWriteStream(), { signal }),
    )
    await expect(stopped).rejects.toThrow()
    rmSync(path)
    await delay(20)
    expect(readdirSync(folder)).toEqual([])
  })
})
