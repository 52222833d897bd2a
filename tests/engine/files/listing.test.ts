import {
  chmodSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'

const base = realpathSync(temporaryFolderOfFile())
let engine: Engine
beforeAll(async () => {
  engine = await createEngine()
})
afterAll(() => engine.close())

const list = (path: string, how: Partial<Parameters<Engine['client']['files']['list']>[0]> = {}) =>
  engine.client.files.list({ ...how, path })
const names = async (...asked: Parameters<typeof list>) =>
  (await list(...asked)).entries.map(({ name }) => name)

/** A new folder with files of these sizes; a name that ends with "/" is a folder. */
function folderOf(name: string, files: Record<string, number>): string {
  const folder = join(base, name)
  mkdirSync(folder)
  for (const [file, bytes] of Object.entries(files)) {
    const path = join(folder, file)
    if (file.endsWith('/')) mkdirSync(path)
    else {
      writeFileSync(path, '')
      truncateSync(path, bytes)
    }
  }
  return folder
}

describe('a page of a folder', () => {
  it('has folders first, numbers in their order, and hidden entries only where they are asked for', async () => {
    const folder = folderOf('mixed', { 'b10.onnx': 3, 'b9.onnx': 5, 'A.txt': 1, 'zoo/': 0, '.config/': 0 })
    const page = await list(folder)
    expect(page.entries.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
      ['zoo', 'folder', null],
      ['A.txt', 'file', 1],
      ['b9.onnx', 'file', 5],
      ['b10.onnx', 'file', 3],
    ])
    expect(page).toMatchObject({ path: folder, parent: base, total: 4, hidden: 1, whole: true })
    expect(await names(folder, { hidden: true })).toContain('.config')
    expect(await names(folder, { endings: ['onnx'] })).toEqual(['zoo', 'b9.onnx', 'b10.onnx'])
    expect(await names(folder, { endings: [] })).toEqual(['zoo'])
    expect(await names(folder, { starts: 'B1' })).toEqual(['b10.onnx'])
  })

  it('is ordered by size or time, up or down', async () => {
    const folder = folderOf('order', { small: 1, large: 9, middle: 5 })
    for (const [at, name] of ['middle', 'small', 'large'].entries())
      utimesSync(join(folder, name), 1000 + at, 1000 + at)
    expect(await names(folder, { order: 'bytes' })).toEqual(['small', 'middle', 'large'])
    expect(await names(folder, { order: 'bytes', down: true })).toEqual(['large', 'middle', 'small'])
    expect(await names(folder, { order: 'modified', down: true })).toEqual(['large', 'small', 'middle'])
  })

  it('shows where links lead, and what leads to nothing', async () => {
    const folder = folderOf('links', { 'real/': 0, 'file.onnx': 7 })
    symlinkSync('real', join(folder, 'to-folder'))
    symlinkSync('file.onnx', join(folder, 'to-file'))
    symlinkSync('gone', join(folder, 'to-nothing'))
    symlinkSync('round', join(folder, 'round'))
    const { entries } = await list(folder)
    expect(entries.map(({ name, kind, link, bytes }) => [name, kind, link, bytes])).toEqual([
      ['real', 'folder', null, null],
      ['to-folder', 'folder', 'real', null],
      ['file.onnx', 'file', null, 7],
      ['round', 'missing', 'round', null],
      ['to-file', 'file', 'file.onnx', 7],
      ['to-nothing', 'missing', 'gone', null],
    ])
  })

  it('is one of many in a large folder, and the pages are all of it', async () => {
    const folder = folderOf('many', Object.fromEntries(Array.from({ length: 1203 }, (_, at) => [`${at}`, 0])))
    const pages = await Promise.all([0, 500, 1000, 1500].map((from) => list(folder, { from })))
    expect(pages.map(({ entries, total }) => [entries.length, total])).toEqual([
      [500, 1203],
      [500, 1203],
      [203, 1203],
      [0, 1203],
    ])
    expect(pages.flatMap(({ entries }) => entries.map(({ name }) => Number(name)))).toEqual(
      Array.from({ length: 1203 }, (_, at) => at),
    )
  })

  it('tells hostile names as they are, and those that are no UTF-8 as such', async () => {
    const folder = folderOf('hostile', { 'two\nlines': 1, 'txt.\u202eexe': 1, ['n'.repeat(255)]: 1 })
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]), 'x')
    const { entries } = await list(folder)
    expect(entries.map(({ name, nameless, kind }) => [name.slice(0, 9), nameless, kind])).toEqual([
      ['bad-\ufffd', true, 'missing'],
      ['nnnnnnnnn', false, 'file'],
      ['two\nlines', false, 'file'],
      ['txt.\u202eexe', false, 'file'],
    ])
  })

  it('is refused with the reason where there is none', async () => {
    const folder = folderOf('refused', { file: 1, 'closed/': 0 })
    await expect(list(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'FILE_MISSING' })
    await expect(list(join(folder, 'file'))).rejects.toMatchObject({ code: 'FILE_MISSING' })
    await expect(list('relative')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(list(`${folder}/\0`)).rejects.toMatchObject({ code: 'FILE_MISSING' })
    await expect(list(`/${'n'.repeat(300)}`)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    await expect(list(`/${'n'.repeat(5000)}`)).rejects.toMatchObject({ code: 'USAGE' })
    chmodSync(join(folder, 'closed'), 0)
    if (process.getuid?.() !== 0)
      await expect(list(join(folder, 'closed'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  })
})

describe('places', () => {
  it('are those that are there: the home folder, then the workspace and its exports', async () => {
    const { client } = engine
    const before = await client.files.places()
    expect(before.home).toBe(homedir())
    expect(before.places[0]).toEqual({ title: 'Home', path: homedir() })
    const path = join(base, 'workspace')
    await client.workspace.create({ path })
    const { places } = await client.files.places()
    expect(places.slice(1, 3)).toEqual([
      { title: 'Workspace', path },
      { title: 'Exports', path: join(path, 'exports') },
    ])
    expect((await list('~')).path).toBe(homedir())
  })

  it('take a new folder, but not in the place of something', async () => {
    const path = join(base, 'new')
    const { makeFolder } = engine.client.files
    expect(await makeFolder({ path })).toEqual({ path })
    await expect(makeFolder({ path })).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    await expect(makeFolder({ path: join(base, 'a/b') })).rejects.toMatchObject({ code: 'FILE_MISSING' })
  })
})
