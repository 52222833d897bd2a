import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { sampleModel } from '../engine/studies/sample.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../temporary.ts'

let engine: Engine
const base = temporaryFolderOfFile()
beforeAll(async () => {
  engine = await createEngine({ imageWorkers: 1 })
  await engine.client.workspace.create({ path: join(base, 'workspace') })
})
afterAll(() => engine.close())

const pipe = (name: string): string => {
  const path = join(temporaryFolder(), name)
  execFileSync('mkfifo', [path])
  return path
}

/** A model whose weights are in a pipe beside it. */
function externalPipe(): string {
  const path = pipe('data.bin')
  const model = join(path, '..', 'external-valid.onnx')
  copyFileSync(join(import.meta.dirname, '../corpus/onnx/files/external-valid.onnx'), model)
  return model
}
function sidecarPipe(): string {
  const path = pipe('net.json')
  const model = join(path, '..', 'net.onnx')
  copyFileSync(sampleModel('replk3'), model)
  return model
}

/** What opens a pipe as a file that it names, with the code. */
const cases: [string, () => Promise<unknown>, string][] = [
  ['a model', () => engine.client.models.add({ path: pipe('net.onnx') }), 'MODEL_NOT_ONNX'],
  [
    'a model that is only looked at',
    () => engine.client.models.inspect({ path: pipe('net.onnx') }),
    'MODEL_NOT_ONNX',
  ],
  ['the file beside a model', () => engine.client.models.add({ path: sidecarPipe() }), 'FILE_UNREADABLE'],
  ['external data', () => engine.client.models.add({ path: externalPipe() }), 'MODEL_EXTERNAL_DATA'],
  ['a draws file', () => engine.client.studies.importDraws({ path: pipe('draws.json') }), 'FILE_UNREADABLE'],
  ['a bundle', () => engine.client.bundles.open({ path: pipe('bundle.zip') }), 'FILE_UNREADABLE'],
  ['an image', () => engine.client.gallery.file({ path: pipe('image.png') }), 'IMAGE_UNREADABLE'],
]

describe.runIf(process.platform !== 'win32')('a pipe that nobody writes to is refused as', () => {
  it.each(cases)('%s', async (_, open, code) => {
    await expect(open()).rejects.toMatchObject({ code })
  })

  it('labels, and the model can be used after it', async () => {
    const model = join(temporaryFolder(), 'net.onnx')
    copyFileSync(sampleModel('replk3'), model)
    const { id } = await engine.client.models.add({ path: model })
    const labels = pipe('labels.txt')
    await expect(engine.client.models.update({ id, labels })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    })
    writeFileSync(join(model, '..', 'labels.txt'), 'a')
    expect((await engine.client.models.get({ id })).id).toBe(id)
  })
})
