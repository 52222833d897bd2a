import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { findModels } from '#engine/bundles/find.ts'
import { readModel } from '#engine/onnx/index.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { float32, numbers, relativeError, run } from '../onnx/support.ts'
import { goldensOf, imagesOf, type Golden } from './golden.ts'
import { storedGolden } from './stored.ts'

const folder = temporaryFolderOfFile()
const basic = golden('basic')
let engine: Engine

function golden(name: string): Golden {
  const found = goldensOf('resnet').find(([one]) => one === name)?.[1]
  if (!found) throw new RangeError(`no golden ${name}`)
  return found
}

beforeAll(async () => {
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
})
afterAll(() => engine.close())

const added = async () => (await engine.client.models.list()).length

/** Logits of a file on the golden's four images, in ONNX Runtime alone. */
const logitsOf = async (path: string) =>
  numbers((await run(path, { input: float32(imagesOf(basic), [4, 3, basic.side, basic.side]) }))['logits'])

/** A repository of Hugging Face with the golden and what lies beside it. */
function repository(name: string, files: Record<string, unknown>): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(path, file), JSON.stringify(content))
  writeFileSync(join(path, 'model.safetensors'), storedGolden(basic))
  return path
}

const names = Array.from({ length: 10 }, (_, index) => `kind ${index}, also ${index}`)
const config = { architectures: ['ResNetForImageClassification'], image_size: 32, id2label: { ...names } }
const processor = {
  image_processor_type: 'ViTImageProcessor',
  size: { height: 32, width: 32 },
  resample: 3,
  image_mean: [0.5, 0.4, 0.3],
  image_std: [0.2, 0.2, 0.2],
}

it('takes a repository: family, labels and preprocessing of the files beside the weights', async () => {
  const path = repository('resnet-tiny', { 'config.json': config, 'preprocessor_config.json': processor })
  const { models } = engine.client
  const preview = await models.preview({ path })
  expect(preview).toMatchObject({
    path: join(path, 'model.safetensors'),
    title: 'resnet-tiny',
    classes: 10,
    labels: names.slice(0, 8),
    labelSource: 'file',
    origin: { from: 'sidecar', detail: 'preprocessor_config.json' },
    preprocessing: { size: [32, 32], resize: 'squash', interpolation: 'bicubic', mean: [0.5, 0.4, 0.3] },
    problems: [],
  })
  const { checkpoint } = preview.inspection
  expect(checkpoint).toMatchObject({
    container: 'safetensors',
    family: 'ResNet',
    unwrapped: [],
    classes: 10,
    types: { float32: 72 },
    leftOver: { count: 0, first: [] },
    bytes: { converted: 0 },
  })
  expect(await added()).toBe(0)
  const model = await models.add({ path })
  expect(model).toMatchObject({
    title: 'resnet-tiny',
    digest: preview.digest,
    family: 'ResNet',
    problem: null,
  })
  expect((await models.inspect({ id: model.id })).checkpoint?.choice.answers).toEqual({ side: '32' })
})

it('exports the network as one file with the logits of PyTorch', async () => {
  const [model] = await engine.client.models.list()
  const out = join(folder, 'out', 'net.onnx')
  const { files } = await engine.client.models.export({ id: model?.id ?? 0, path: out })
  expect(files).toEqual([out])
  expect(readdirSync(join(folder, 'out'))).toEqual(['net.onnx'])
  expect(relativeError(await logitsOf(out), basic.logits)).toBeLessThan(1e-4)
  expect((await readModel(out)).externalFiles).toEqual([])
  await expect(engine.client.models.export({ id: model?.id ?? 0, path: out })).rejects.toMatchObject({
    code: 'USAGE',
  })
})

it('checks the rewrites of a network that was built', async () => {
  const [model] = await engine.client.models.list()
  const { rewrites } = await engine.client.models.check({ id: model?.id ?? 0 })
  const states = Object.fromEntries(rewrites.map(({ rewrite, state }) => [rewrite, state]))
  expect(states).toMatchObject({
    pixels: 'passed',
    gate: 'passed',
    bypass: 'passed',
    differentiate: 'passed',
  })
})

it('computes float16 weights as float32, and says so', async () => {
  const path = join(folder, 'half.safetensors')
  writeFileSync(path, storedGolden(basic, 'F16'))
  const choice = { part: null, answers: { side: '32' } }
  const { id } = await engine.client.models.add({ path, choice })
  const { checkpoint } = await engine.client.models.inspect({ id })
  expect(checkpoint).toMatchObject({ types: { float16: 72 }, bytes: { inPlace: 0 } })
  const out = join(folder, 'half.onnx')
  await engine.client.models.export({ id, path: out })
  const error = relativeError(await logitsOf(out), basic.logits)
  expect(error).toBeLessThan(1e-2)
  expect(error).toBeGreaterThan(1e-6)
})

it('keeps another answer apart: the same file becomes another model', async () => {
  const path = join(folder, 'half.safetensors')
  const at = (side: string) =>
    engine.client.models.preview({ path, choice: { part: null, answers: { side } } })
  const [small, large] = [await at('32'), await at('64')]
  expect(large.inspection.inputs[0]?.shape).toEqual(['batch', 3, 64, 64])
  expect(large.digest).not.toBe(small.digest)
  await expect(at('1')).rejects.toMatchObject({ code: 'USAGE' })
})

it('refuses a checkpoint that was changed after it was added', async () => {
  const path = join(folder, 'half.safetensors')
  const model = (await engine.client.models.list()).find((one) => one.path === path)
  const bytes = storedGolden(basic, 'F16')
  bytes[bytes.length - 1] = 0
  writeFileSync(path, bytes)
  const failed = engine.client.models.export({ id: model?.id ?? 0, path: join(folder, 'changed.onnx') })
  await expect(failed).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  expect(readdirSync(folder)).not.toContain('changed.onnx')
})

it('stores and writes nothing of a checkpoint that it cannot use', async () => {
  const before = await added()
  const { [Object.keys(basic.tensors)[0] ?? '']: first, ...rest } = basic.tensors
  const missing = join(folder, 'missing.safetensors')
  writeFileSync(missing, storedGolden({ ...basic, tensors: rest }))
  const strange = join(folder, 'strange.safetensors')
  writeFileSync(strange, storedGolden({ ...basic, tensors: { 'what.is.this': first ?? [[1], 0, 0] } }))
  const cut = join(folder, 'cut.safetensors')
  writeFileSync(cut, storedGolden(basic).subarray(0, -4))
  for (const [path, code] of [
    [missing, 'MODEL_UNSUPPORTED'],
    [strange, 'MODEL_UNSUPPORTED'],
    [cut, 'MODEL_TRUNCATED'],
    [join(folder, 'none.pth'), 'FILE_MISSING'],
  ])
    await expect(engine.client.models.add({ path: path ?? '' })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(path === missing || path === strange ? 'tensor' : (path ?? '')),
    })
  expect(await added()).toBe(before)
})

it('takes each ONNX file of a repository with the same labels and preprocessing, named for its form', async () => {
  const path = repository('forms', { 'config.json': config, 'preprocessor_config.json': processor })
  mkdirSync(join(path, 'onnx'))
  const nets = join(import.meta.dirname, '../onnx/fixtures')
  cpSync(join(nets, 'resnet.onnx'), join(path, 'onnx/model.onnx'))
  cpSync(join(nets, 'float16/resnet.onnx'), join(path, 'onnx/model_fp16.onnx'))
  cpSync(join(nets, 'float16/resnet.onnx'), join(path, 'model_half.onnx'))
  const found = []
  for (const file of ['', 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'model_half.onnx']) {
    const preview = await engine.client.models.preview({ path: join(path, file) })
    expect(preview).toMatchObject({
      labels: names.slice(0, 8),
      origin: { from: 'sidecar', detail: 'preprocessor_config.json' },
      preprocessing: { size: [32, 32], resize: 'squash', interpolation: 'bicubic', mean: [0.5, 0.4, 0.3] },
    })
    found.push([preview.title, preview.inspection.precision])
  }
  expect(found).toEqual([
    ['forms', 'float32'],
    ['forms (ONNX)', 'float32'],
    ['forms (fp16)', 'float16'],
    ['forms (half)', 'float16'],
  ])
})

it('says what is wrong with a file beside the weights, and takes the rest', async () => {
  const path = repository('crooked', {
    'config.json': config,
    'preprocessor_config.json': { ...processor, resample: 1 },
  })
  const { problems, origin, labels } = await engine.client.models.preview({ path })
  expect(problems).toEqual([expect.stringContaining('preprocessor_config.json: its filter (resample 1)')])
  expect(origin.from).toBe('guess')
  expect(labels[0]).toBe('kind 0, also 0')
})

it('names the models of a folder that has several', async () => {
  const path = repository('several', {})
  writeFileSync(join(path, 'other.safetensors'), '')
  expect((await engine.client.models.preview({ path })).path).toBe(join(path, 'model.safetensors'))
  const mixed = join(folder, 'mixed')
  mkdirSync(mixed)
  await expect(engine.client.models.preview({ path: mixed })).rejects.toMatchObject({ code: 'FILE_MISSING' })
  for (const name of ['a.pth', 'b.onnx']) appendFileSync(join(mixed, name), 'x')
  await expect(engine.client.models.preview({ path: mixed })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('a.pth, b.onnx'),
  })
})

it('is found by its digest in a folder that a check of a bundle is given', async () => {
  const path = repository('somewhere-else', { 'config.json': config })
  const { digest } = await engine.client.models.preview({ path })
  const places = { workspace: null, folders: [path], signal: new AbortController().signal }
  const found = await findModels(places, new Set([digest]))
  expect(found.get(digest)?.path).toBe(join(path, 'model.safetensors'))
})
