import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { PickledStorage, PickledTensor } from '#engine/checkpoints/containers/pickle/values.ts'
import { weightsIn } from '#engine/checkpoints/containers/pickle/weights.ts'
import { refuseFor } from '#engine/checkpoints/containers/refuse.ts'
import { isCheckpoint, readCheckpoint, readStored } from '#engine/checkpoints/index.ts'

const folder = join(import.meta.dirname, 'fixtures/containers')
const golden = z.record(z.string(), z.tuple([z.array(z.number()), z.string()]))

/** Shapes, and float32 values as hexadecimal bytes, of what tools/goldens/checkpoints/containers.py wrote. */
const expected = (name: string) =>
  golden.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')))

async function read(file: string, part: string | null = null) {
  const checkpoint = await readCheckpoint(join(folder, file), { part })
  const values: z.infer<typeof golden> = {}
  for (const [name, tensor] of checkpoint.tensors) {
    expect(tensor.name).toBe(name)
    values[name] = [[...tensor.shape], Buffer.from((await readStored(tensor)).buffer).toString('hex')]
  }
  return { ...checkpoint, values }
}

it.each([
  ['plain.pth', 'pytorch-zip'],
  ['plain-legacy.pth', 'pytorch-legacy'],
  ['plain.safetensors', 'safetensors'],
  ['model.safetensors.index.json', 'safetensors'],
])('reads %s to the bit: all types, views, shared storages', async (file, container) => {
  const { values, ...found } = await read(file)
  expect(found.container).toBe(container)
  expect(values).toEqual(expected('everything'))
  expect(found.unwrapped).toEqual([])
  expect(await isCheckpoint(join(folder, file))).toBe(true)
})

it.each(['stored.npz', 'deflated.npz'])('reads %s to the bit, also in the order of columns', async (file) => {
  const { values, container, tensors } = await read(file)
  expect(container).toBe('npz')
  expect(values).toEqual(expected('arrays'))
  expect(tensors.get('columns')?.strides).toEqual([1, 2])
  expect(tensors.get('scalar')?.entry).toBe(file === 'stored.npz' ? null : 'scalar.npy')
})

it.each(['training.pth.tar', 'training-legacy.pth.tar'])('takes the wrappers off %s', async (file) => {
  const { values, unwrapped, metadata } = await read(file)
  expect(values).toEqual(expected('training'))
  expect(unwrapped).toEqual(['state_dict', 'module.'])
  expect(Object.fromEntries(metadata)).toMatchObject({
    epoch: '90',
    arch: 'resnet50',
    'args.model': 'resnet50',
    'args.input_size': '224',
    'other weights': 'model_ema',
  })
  const averaged = await read(file, 'model_ema')
  expect(averaged.values).toEqual(expected('averaged'))
  expect(averaged.unwrapped).toEqual(['model_ema'])
})

it("takes DINO's teacher, or the student where it is asked for", async () => {
  const { values, unwrapped } = await read('dino.ckpt')
  const { 'head.last.weight': head, ...rest } = values
  expect(rest).toEqual(expected('training'))
  expect(head?.[0]).toEqual([1])
  expect(unwrapped).toEqual(['teacher', 'module.', 'backbone.'])
  expect((await read('dino.ckpt', 'student')).values).toEqual(expected('averaged'))
  await expect(read('dino.ckpt', 'model')).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringContaining('teacher, student'),
  })
})

it('takes the weights where a number of training beside their wrapper is a tensor', () => {
  const tensor = new PickledTensor(new PickledStorage('0', 'float32', 1, 0), 'float32', 0, [1], [1])
  const weights = new Map(['conv.weight', 'conv.bias'].map((name) => [name, tensor]))
  const saved = new Map<unknown, unknown>([
    ['best_acc1', tensor],
    ['epoch', 9],
    ['state_dict', weights],
  ])
  const { tensors, unwrapped } = weightsIn(saved, null, refuseFor('saved.pth'))
  expect([...tensors.keys()]).toEqual(['conv.weight', 'conv.bias'])
  expect(unwrapped).toEqual(['state_dict'])
  const beside = new Map<unknown, unknown>([...weights, ['model', new Map([['extra', tensor]])]])
  expect(weightsIn(beside, null, refuseFor('saved.pth')).unwrapped).toEqual([])
})

it('reads parameters as tensors', async () => {
  const { values, unwrapped } = await read('parameters.bin')
  expect(values).toEqual(expected('training'))
  expect(unwrapped).toEqual(['model'])
})

it('keeps float32 where it lies', async () => {
  const path = join(folder, 'plain.safetensors')
  const tensor = (await readCheckpoint(path)).tensors.get('conv.weight')
  expect(tensor).toMatchObject({ file: path, strides: null, entry: null, length: 96 })
  const bytes = readFileSync(path).subarray(tensor?.offset, (tensor?.offset ?? 0) + 96)
  expect(bytes.toString('hex')).toBe(expected('everything')['conv.weight']?.[1])
})
