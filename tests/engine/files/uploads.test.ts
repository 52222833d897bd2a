import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { halfOf, keptMs } from '#engine/api/files/halves.ts'
import { Uploads } from '#engine/api/files/uploads.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { uploadPiece } from '#shared/fileChunks.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'

const base = realpathSync(temporaryFolderOfFile())
let engine: Engine
beforeAll(async () => {
  vi.stubEnv('XDG_STATE_HOME', join(base, 'state'))
  engine = await createEngine()
})
afterAll(() => engine.close())

const upload = () => engine.client.files.upload
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
/** The digest as its definition says, of pieces that are cut here. */
const digestOf = (pieces: readonly Buffer[]) => sha256(Buffer.concat(pieces.map(sha256))).toString('hex')
const none = digestOf([])

/** Bytes of a file of two and a half pieces, and the pieces. */
const content = Buffer.from(Array.from({ length: uploadPiece * 2.5 }, (_, at) => (at * 7) % 251))
const pieces = [0, 1, 2].map((at) => content.subarray(at * uploadPiece, (at + 1) * uploadPiece))
const digest = digestOf(pieces)

let folders = 0
function newFolder(): string {
  const folder = join(base, String(folders++))
  mkdirSync(folder)
  return folder
}
const begin = (folder: string, name = 'net.onnx', bytes = content.length) =>
  upload().begin({ folder, name, bytes, modified: 5 })
const send = (id: string, at: number, data = pieces[at]!) =>
  upload().piece({ id, offset: at * uploadPiece, data: data.toString('base64') })
const idOf = async (...asked: Parameters<typeof begin>) => {
  const { id } = await begin(...asked)
  if (id === null) throw new Error('it is there already')
  return id
}

describe('an upload', () => {
  it('is a file once it is whole, and only then', async () => {
    const folder = newFolder()
    const id = await idOf(folder, 'nets/a/net.onnx')
    for (const at of [0, 1]) await send(id, at)
    expect(readdirSync(join(folder, 'nets/a'))).toHaveLength(1)
    expect(readdirSync(join(folder, 'nets/a'))).not.toContain('net.onnx')
    await expect(upload().finish({ id, digest })).rejects.toMatchObject({ code: 'USAGE' })
    await send(id, 2)
    const path = join(folder, 'nets/a/net.onnx')
    expect(await upload().finish({ id, digest })).toEqual({ path, bytes: content.length })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(readdirSync(join(folder, 'nets/a'))).toEqual(['net.onnx'])
  })

  it('goes on where it stopped, with the digest of what has come', async () => {
    const folder = newFolder()
    expect(await begin(folder)).toMatchObject({ received: 0, digest: none })
    const id = await idOf(folder)
    expect(await send(id, 1)).toEqual({ received: 0 })
    expect(await begin(folder)).toMatchObject({ id, received: 0, digest: none })
    expect(await send(id, 0)).toEqual({ received: 2 * uploadPiece })
    expect(await begin(folder)).toEqual({
      id,
      path: join(folder, 'net.onnx'),
      received: 2 * uploadPiece,
      digest: digestOf(pieces.slice(0, 2)),
    })
    // Sent twice, a piece changes nothing; at a place of none, or with more or fewer bytes, it is refused.
    expect(await send(id, 0, pieces[1])).toEqual({ received: 2 * uploadPiece })
    const data = pieces[2]!.toString('base64')
    for (const offset of [2 * uploadPiece + 1, 3 * uploadPiece])
      await expect(upload().piece({ id, offset, data })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(send(id, 2, pieces[0])).rejects.toMatchObject({ code: 'USAGE' })
    await send(id, 2)
    await upload().finish({ id, digest })
    expect(readFileSync(join(folder, 'net.onnx')).equals(content)).toBe(true)
  })

  it('keeps nothing where its bytes are not those that were sent, or where it is given up', async () => {
    const folder = newFolder()
    const id = await idOf(folder)
    for (const [at, piece] of [pieces[1]!, pieces[0]!, pieces[2]!].entries()) await send(id, at, piece)
    await expect(upload().finish({ id, digest })).rejects.toMatchObject({ code: 'FILE_CHANGED' })
    expect(readdirSync(folder)).toEqual([])
    await expect(send(id, 0)).rejects.toMatchObject({ code: 'FILE_MISSING' })
    const other = await idOf(folder)
    await send(other, 0)
    await upload().drop({ id: other })
    expect(readdirSync(folder)).toEqual([])
  })

  it('replaces nothing: what is equal stays, what is not is told', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'net.onnx'), content)
    expect(await begin(folder)).toEqual({
      id: null,
      path: join(folder, 'net.onnx'),
      received: content.length,
      digest,
    })
    await expect(begin(folder, 'net.onnx', 3)).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    const id = await idOf(folder, 'late.onnx')
    for (const at of [0, 1, 2]) await send(id, at)
    writeFileSync(join(folder, 'late.onnx'), 'mine')
    await expect(upload().finish({ id, digest })).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    expect(readFileSync(join(folder, 'late.onnx'), 'utf8')).toBe('mine')
    const plan = await upload().plan({ folder: join(folder, 'new'), names: ['net.onnx'] })
    expect(plan).toMatchObject({ folder: join(folder, 'new'), there: [] })
    expect(plan.free).toBeGreaterThan(0)
    expect((await upload().plan({ folder, names: ['net.onnx', 'other'] })).there).toEqual(['net.onnx'])
  })

  it('of one piece takes one request', async () => {
    const folder = newFolder()
    const data = Buffer.from('a,b')
    const asked = {
      ...{ folder, name: 'x/labels.csv', data: data.toString('base64') },
      digest: digestOf([data]),
    }
    const path = join(folder, 'x/labels.csv')
    expect(await upload().small(asked)).toEqual({ path, bytes: 3, kept: false })
    expect(await upload().small(asked)).toEqual({ path, bytes: 3, kept: true })
    expect(readdirSync(join(folder, 'x'))).toEqual(['labels.csv'])
    const other = Buffer.from('a;b')
    await expect(upload().small({ ...asked, data: other.toString('base64') })).rejects.toMatchObject({
      code: 'FILE_CHANGED',
    })
    await expect(
      upload().small({ ...asked, data: other.toString('base64'), digest: digestOf([other]) }),
    ).rejects.toMatchObject({ code: 'FILE_EXISTS' })
    expect(await upload().small({ ...asked, name: 'empty', data: '', digest: none })).toMatchObject({
      bytes: 0,
    })
  })

  it('never leaves its folder, and is never larger than it said or a disk', async () => {
    const folder = newFolder()
    for (const name of [
      '../up',
      'a/../../up',
      '/etc/x',
      'a//b',
      '.',
      '',
      'a\0b',
      'a\\..\\b',
      `${'n/'.repeat(3000)}`,
    ])
      await expect(begin(folder, name)).rejects.toMatchObject({ code: 'USAGE' })
    await expect(begin(folder, 'n'.repeat(300))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    await expect(begin(folder, 'big', 2 ** 52)).rejects.toMatchObject({ code: 'DISK_FULL' })
    const id = await idOf(folder, 'small', 3)
    await expect(send(id, 0)).rejects.toMatchObject({ code: 'USAGE' })
    await expect(upload().piece({ id, offset: 0, data: content.toString('base64') })).rejects.toMatchObject({
      code: 'USAGE',
    })
  })
})

describe('half an upload', () => {
  const asked = (folder: string) => ({ folder, name: 'net.onnx', bytes: content.length, modified: 5 })
  /** Uploads the first pieces, in another order, and ends the engine. */
  async function half(list: string, folder: string): Promise<string> {
    const uploads = new Uploads(list)
    const { id, path } = await uploads.begin(asked(folder))
    for (const at of [1, 0]) await uploads.piece(id ?? '', at * uploadPiece, pieces[at]!.toString('base64'))
    await uploads.close()
    const [name = ''] = readdirSync(folder)
    expect(join(folder, name)).toBe(halfOf({ ...asked(folder), path }))
    return join(folder, name)
  }

  it('goes on with the next engine', async () => {
    const folder = newFolder()
    const list = join(base, 'list')
    await half(list, folder)
    const uploads = new Uploads(list)
    const { id, received, digest: first } = await uploads.begin(asked(folder))
    expect([received, first]).toEqual([2 * uploadPiece, digestOf(pieces.slice(0, 2))])
    await uploads.piece(id ?? '', 2 * uploadPiece, pieces[2]!.toString('base64'))
    await uploads.close()
    const next = new Uploads(list)
    const whole = await next.begin(asked(folder))
    expect(whole).toMatchObject({ received: content.length, digest })
    await next.finish(whole.id ?? '', digest)
    expect(readFileSync(join(folder, 'net.onnx')).equals(content)).toBe(true)
    expect(readdirSync(folder)).toEqual(['net.onnx'])
  })

  it('is removed once it was left for days, wherever it lies, and nothing else is', async () => {
    const list = join(base, 'old list')
    const [left, fresh] = [await half(list, newFolder()), await half(list, newFolder())]
    const other = join(base, 'other')
    writeFileSync(other, '')
    appendFileSync(list, `${JSON.stringify(other)}\nno line of ours\n`)
    const before = (Date.now() - keptMs) / 1000 - 60
    for (const path of [left, other]) utimesSync(path, before, before)
    const uploads = new Uploads(list)
    const { id } = await uploads.begin(asked(newFolder()))
    expect([left, fresh, other].map((path) => existsSync(path))).toEqual([false, true, true])
    await uploads.drop(id ?? '')
  })

  it('is none where another file could be meant', async () => {
    const mine = join(base, 'mine')
    writeFileSync(mine, 'mine')
    for (const make of [symlinkSync, linkSync]) {
      const folder = newFolder()
      make(mine, halfOf({ ...asked(folder), path: join(folder, 'net.onnx') }))
      await expect(new Uploads(join(base, 'list')).begin(asked(folder))).rejects.toMatchObject({
        code: expect.stringMatching(/^FILE_/),
      })
    }
    expect(readFileSync(mine, 'utf8')).toBe('mine')
  })
})

describe('a file that is fetched', () => {
  const outgoing = () => engine.session.files.outgoing

  it('is one of the outbox or of the exports, piece by piece with its digest', async () => {
    const { client } = engine
    const { path } = await client.files.outbox({ name: '../../report.html' })
    expect(path.endsWith('/report.html')).toBe(true)
    writeFileSync(path, content)
    const offer = await client.files.offer({ path })
    expect(offer).toMatchObject({ name: 'report.html', bytes: content.length })
    expect(offer.sha256).toBe(sha256(content).toString('hex'))
    const all = await outgoing().piece(offer.id, 0)
    expect(Buffer.from(all).equals(content)).toBe(true)
    const rest = await outgoing().piece(offer.id, 100)
    expect(Buffer.from(rest).equals(content.subarray(100))).toBe(true)
    expect(await outgoing().piece(offer.id, content.length + 7)).toHaveLength(0)
    writeFileSync(path, 'other')
    await expect(outgoing().piece(offer.id, 0)).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  })

  it('is no other file, whatever leads to it', async () => {
    const { client } = engine
    const workspace = join(newFolder(), 'workspace')
    await client.workspace.create({ path: workspace })
    const secret = join(newFolder(), 'secret')
    writeFileSync(secret, 'mine')
    const link = join(workspace, 'exports', 'link')
    symlinkSync(secret, link)
    for (const path of [secret, link, join(workspace, 'exports', '..', 'workspace.sqlite'), workspace])
      await expect(client.files.offer({ path })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(outgoing().piece('a', 0)).rejects.toMatchObject({ code: 'FILE_MISSING' })
    const exported = join(workspace, 'exports', 'figure.csv')
    writeFileSync(exported, 'a,b')
    expect(await client.files.offer({ path: exported })).toMatchObject({ name: 'figure.csv', bytes: 3 })
  })
})
