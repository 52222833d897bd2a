import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { goldensOf } from '../checkpoints/golden.ts'
import { storedGolden } from '../checkpoints/stored.ts'
import { pack } from '../../packed.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { sampleImages, sampleModel } from '../studies/sample.ts'

const base = temporaryFolderOfFile()
const onnx = join(import.meta.dirname, '../onnx/fixtures')
const containers = join(import.meta.dirname, '../checkpoints/fixtures/containers')
let engine: Engine
let images: string

beforeAll(async () => {
  engine = await createEngine()
  images = sampleImages(base, 2, 2)
})
afterAll(() => engine.close())

const look = (...paths: string[]) => engine.client.intake.look({ paths })

/** What was found, as "kind name", in order. */
const found = async (...paths: string[]) =>
  (await look(...paths)).items.map((item) => `${item.kind} ${item.name}`)

/** A new folder with these files. */
function folderOf(name: string, files: Record<string, string | Buffer | Uint8Array>): string {
  const folder = join(base, name)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), content)
  }
  return folder
}

const basic = goldensOf('resnet')[0]![1]

describe('a folder of mixed downloads', () => {
  it('is looked through, and each thing in it is named for what it is', async () => {
    const folder = folderOf('downloads', {
      'resnet-tiny/model.safetensors': storedGolden(basic),
      'resnet-tiny/config.json': '{}',
      'notes.txt': 'mine',
      'broken.pth': 'no pickle',
      'ILSVRC2012_devkit_t12.tar.gz': 'its bytes are not read',
      'papers/2022/replknet.pdf': 'no image in here',
      'cifar-10-batches-py/test_batch': 'its bytes are not read',
    })
    cpSync(join(containers, 'training-legacy.pth.tar'), join(folder, 'augmix.pth.tar'))
    cpSync(sampleModel('replk3'), join(folder, 'replk3.onnx'))
    cpSync(images, join(folder, 'pictures'), { recursive: true })
    await pack(join(folder, 'imagenet-a.tar'), images, readdirSync(images))
    expect(await found(folder)).toEqual([
      'unused ILSVRC2012_devkit_t12.tar.gz',
      'model augmix.pth.tar',
      'unused broken.pth',
      'dataset imagenet-a.tar',
      'unused notes.txt',
      'model replk3.onnx',
      'dataset cifar-10-batches-py',
      'unused papers',
      'dataset pictures',
      'model resnet-tiny',
    ])
  })

  it('names the other forms of a network of Hugging Face, which are not taken unless asked for', async () => {
    const half = readFileSync(join(onnx, 'float16/resnet.onnx'))
    const folder = folderOf('repositories', {
      'both/config.json': '{}',
      'both/model.safetensors': storedGolden(basic),
      'both/onnx/model.onnx': readFileSync(join(onnx, 'resnet.onnx')),
      'both/onnx/model_fp16.onnx': half,
      'exported/config.json': '{}',
      'exported/onnx/model.onnx': readFileSync(join(onnx, 'resnet.onnx')),
      'exported/onnx/model_fp16.onnx': half,
    })
    const { items } = await look(folder)
    expect(items.map((item) => [item.name, item.kind === 'model' && item.another === true])).toEqual([
      ['both', false],
      ['both/onnx/model.onnx', true],
      ['both/onnx/model_fp16.onnx', true],
      ['exported', false],
      ['exported/onnx/model_fp16.onnx', true],
    ])
    expect(await found(join(folder, 'both/onnx'))).toEqual(['model model.onnx', 'model model_fp16.onnx'])
  })

  it('may hold models some folders deeper, and links that lead in a circle', async () => {
    const folder = folderOf('deep', { 'zoo/b/model.safetensors': storedGolden(basic) })
    symlinkSync(folder, join(folder, 'zoo/again'))
    expect(await found(folder)).toContain('model zoo/b/model.safetensors')
  })
})

describe('a folder without models', () => {
  it('is one dataset where it holds images, shards of one set, or the published parts of ImageNet-C', async () => {
    const shards = folderOf('shards', { 'val-000000.tar': '', 'val-000001.tar': '', 'dataset.json': '{}' })
    const parts = folderOf('imagenet-c', { 'noise.tar': '', 'blur.tar': '' })
    const tables = folderOf('tables', {
      'train-00000-of-00002.parquet': '',
      'test-00000-of-00001.parquet': '',
    })
    expect((await look(images, shards, parts, tables)).items).toMatchObject([
      { kind: 'dataset', path: images, form: 'folder' },
      { kind: 'dataset', path: shards, form: 'archives' },
      { kind: 'dataset', path: parts, form: 'archives' },
      { kind: 'dataset', path: tables, form: 'archives' },
    ])
  })

  it('gives a dataset for each archive of another set', async () => {
    const folder = folderOf('archives', {})
    mkdirSync(folder)
    for (const name of ['imagenet-a.tar', 'imagenet-r.tar', 'backgrounds.tar.gz'])
      await pack(join(folder, name), images, readdirSync(images))
    expect((await look(folder)).items).toMatchObject([
      { kind: 'dataset', name: 'archives/backgrounds.tar.gz', form: 'packed' },
      { kind: 'dataset', name: 'archives/imagenet-a.tar', form: 'archive' },
      { kind: 'dataset', name: 'archives/imagenet-r.tar', form: 'archive' },
    ])
  })

  it('is opened where it is that of a workspace', async () => {
    const path = join(base, 'workspace')
    await engine.client.workspace.create({ path })
    expect(await found(path, join(path, 'workspace.sqlite'))).toEqual([
      'workspace workspace',
      'workspace workspace.sqlite',
    ])
  })
})

it('says why a path is not used', async () => {
  const folder = folderOf('others', { 'readme.md': '', 'cat.png': '', 'weights.pth': 'PK' })
  const { items } = await look(
    join(base, 'nothing'),
    ...['readme.md', 'cat.png', 'weights.pth'].map((name) => join(folder, name)),
  )
  expect(items.map((item) => item.kind === 'unused' && item.reason)).toEqual([
    'It is not there.',
    expect.stringContaining('from beside'),
    expect.stringContaining('its folder'),
    expect.stringContaining('like a checkpoint'),
  ])
})

it('knows bundles and exported workspaces from zips of images', async () => {
  const folder = folderOf('zips', { 'bundle.json': '{}', 'workspace.sqlite': '', 'class/a.png': '' })
  await pack(join(folder, 'study.zip'), folder, ['bundle.json'])
  await pack(join(folder, 'exported.zip'), folder, ['workspace.sqlite'])
  await pack(join(folder, 'images.zip'), folder, ['class/a.png'])
  const zips = ['study', 'exported', 'images'].map((name) => join(folder, `${name}.zip`))
  expect(await found(...zips)).toEqual(['bundle study.zip', 'unused exported.zip', 'dataset images.zip'])
})

it('does not speak of files that a model beside them reads', async () => {
  const folder = folderOf('beside', { 'net.json': '{}', 'net.onnx.data': '', 'cat.png': '' })
  cpSync(sampleModel('replk3'), join(folder, 'net.onnx'))
  expect(
    await found(...['net.json', 'net.onnx.data', 'net.onnx', 'cat.png'].map((name) => join(folder, name))),
  ).toEqual(['model net.onnx', 'unused cat.png'])
})

it('previews a dataset without indexing it', async () => {
  const preview = await engine.client.intake.dataset({ path: images })
  expect(preview).toMatchObject({ recognised: 'folders', classes: readdirSync(images).length })
  expect(await engine.client.datasets.list()).toEqual([])
})
