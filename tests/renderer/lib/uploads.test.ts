import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Uploads } from '#engine/api/files/uploads.ts'
import { uploadPiece } from '#shared/fileChunks.ts'
import { startApp } from '../setting/app.ts'
import { partsOfEngine } from '../setting/parts.ts'
import { chosenItems } from '../../../src/renderer/lib/carrying/localFiles.ts'
import { uploadAll, type UploadProgress } from '../../../src/renderer/lib/carrying/uploadAll.ts'
import { temporaryFolder } from '../../temporary.ts'

let stop = () => {}
afterEach(() => stop())

const content = Buffer.alloc(uploadPiece * 5 + 17, 'receptive field')
const fileOf = (name: string, bytes: Uint8Array<ArrayBuffer> | string = content) =>
  new File([bytes], name, { lastModified: 7 })

/** The engine's own uploads behind a page. `lose` makes the connection end at the n-th piece. */
function open(lose = -1) {
  const os = partsOfEngine.files.upload
  const uploads = new Uploads(join(temporaryFolder(), 'list'))
  let pieces = 0
  const app = startApp({
    files: {
      upload: {
        begin: os.begin.handler(({ input }) => uploads.begin(input)),
        piece: os.piece.handler(async ({ input: { id, offset, data } }) => {
          if (pieces++ === lose) {
            void app.restart()
            await new Promise((resolve) => setTimeout(resolve, 20))
          }
          return uploads.piece(id, offset, data)
        }),
        finish: os.finish.handler(({ input: { id, digest } }) => uploads.finish(id, digest)),
        small: os.small.handler(({ input }) => uploads.small(input)),
        drop: os.drop.handler(async ({ input }) => {
          await uploads.drop(input.id)
          return { ok: true as const }
        }),
      },
    },
  })
  stop = () => {
    app.stop()
    void uploads.close()
  }
  const folder = temporaryFolder()
  const told: UploadProgress[] = []
  const controller = new AbortController()
  const send = (...files: File[]) =>
    uploadAll(
      chosenItems(files).flatMap((item) => item.files),
      folder,
      { signal: controller.signal, told: (progress) => told.push(progress) },
    )
  return { folder, send, told, controller, pieces: () => pieces }
}

describe('an upload', () => {
  it('brings files large and small, and says how far it is', async () => {
    const { folder, send, told } = open()
    const files = [fileOf('net.onnx'), fileOf('labels.csv', 'a,b'), fileOf('empty', '')]
    expect(await send(...files)).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(['empty', 'labels.csv', 'net.onnx'])
    expect(readFileSync(join(folder, 'net.onnx')).equals(content)).toBe(true)
    expect(told.at(-1)).toMatchObject({ files: 3, bytes: content.length + 3 })
  })

  it('goes on after a lost connection without sending all of it again', async () => {
    const { folder, send, pieces } = open(2)
    expect(await send(fileOf('net.onnx'))).toEqual([])
    expect(readFileSync(join(folder, 'net.onnx')).equals(content)).toBe(true)
    expect(pieces()).toBeLessThan(12)
  })

  it('keeps what is equal, and refuses what is not without stopping the others', async () => {
    const { folder, send, pieces } = open()
    writeFileSync(join(folder, 'same.onnx'), content)
    writeFileSync(join(folder, 'net.onnx'), Buffer.alloc(content.length, 'mine'))
    mkdirSync(join(folder, 'dir'))
    const problems = await send(
      fileOf('same.onnx'),
      fileOf('net.onnx'),
      fileOf('dir', 'a'),
      fileOf('other', 'a'),
    )
    expect(problems.map(({ name, problem }) => [name, problem.code]).sort()).toEqual([
      ['dir', 'FILE_EXISTS'],
      ['net.onnx', 'FILE_EXISTS'],
    ])
    expect(pieces()).toBe(0)
    expect(readFileSync(join(folder, 'net.onnx'), 'utf8').startsWith('mine')).toBe(true)
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('a')
  })

  it('leaves nothing where it is stopped', async () => {
    const { folder, send, controller, told } = open()
    const sent = send(fileOf('net.onnx'))
    await expect.poll(() => told.length).toBeGreaterThan(0)
    controller.abort()
    await expect(sent).rejects.toThrow()
    await expect.poll(() => readdirSync(folder)).toEqual([])
  })

  it('names the file of this computer that cannot be read', async () => {
    const { send } = open()
    const broken = fileOf('gone.onnx')
    broken.slice = () => {
      throw new DOMException('not found', 'NotFoundError')
    }
    const [problem] = await send(broken)
    expect(problem?.problem).toMatchObject({
      code: 'FILE_UNREADABLE',
      message: 'cannot read gone.onnx on this computer',
    })
  })
})

it('groups the files of a chosen folder below its name', () => {
  const file = fileOf('a.png', 'xyz')
  Object.defineProperty(file, 'webkitRelativePath', { value: 'val/cat/a.png' })
  expect(chosenItems([file, fileOf('net.onnx', 'ab')])).toEqual([
    { name: 'val', folder: true, bytes: 3, files: [{ name: 'val/cat/a.png', file }] },
    expect.objectContaining({ name: 'net.onnx', folder: false, bytes: 2 }),
  ])
})
