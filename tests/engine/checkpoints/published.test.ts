import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { familyIds, readAnyModel } from '#engine/checkpoints/index.ts'
import { writeVariant } from '#engine/onnx/index.ts'
import { float32, numbers, relativeError, run, temporaryFolder } from '../onnx/support.ts'
import { goldensOf, imagesOf } from './golden.ts'
import { containers } from './stored.ts'

type Container = keyof typeof containers

/** A golden of each family in each container that the family is published in. */
const published: Readonly<Record<string, readonly (readonly [Container, string])[]>> = {
  bit: [
    ['npz', 'npz'],
    ['pytorch-zip', 'authors'],
    ['safetensors', 'timm'],
  ],
  convnext: [
    ['pytorch-zip', 'meta'],
    ['safetensors', 'hugging_face'],
  ],
  densenet: [
    ['pytorch-legacy', 'dotted'],
    ['safetensors', 'torchvision'],
  ],
  efficientnet: [
    ['pytorch-zip', 'torchvision'],
    ['safetensors', 'hugging_face'],
  ],
  mobilenetV1: [
    ['pytorch-zip', 'hugging_face'],
    ['safetensors', 'hugging_face'],
  ],
  mobilenetV2: [
    ['pytorch-legacy', 'torchvision'],
    ['safetensors', 'hugging_face'],
  ],
  mobilenetV3: [
    ['pytorch-zip', 'large'],
    ['safetensors', 'timm_large'],
  ],
  regnet: [
    ['pytorch-zip', 'y'],
    ['safetensors', 'hugging_face_y'],
  ],
  replknet: [['pytorch-zip', 'unmerged']],
  resnet: [
    ['pytorch-legacy', 'bottleneck'],
    ['pytorch-zip', 'bottleneck'],
    ['safetensors', 'hugging_face'],
  ],
  swin: [
    ['pytorch-zip', 'authors'],
    ['safetensors', 'hugging_face'],
  ],
  vgg: [
    ['pytorch-legacy', 'plain'],
    ['safetensors', 'timm'],
  ],
  vit: [
    ['pytorch-legacy', 'dino'],
    ['pytorch-zip', 'deit'],
    ['safetensors', 'hugging_face'],
  ],
}

const cases = Object.entries(published).flatMap(([family, all]) =>
  all.map(([container, name]) => ({ family, container, name })),
)

describe.each(cases)('$family, $name, in $container', ({ family, container, name }) => {
  it('is read from its file and gives the logits of PyTorch', async () => {
    const golden = Object.fromEntries(goldensOf(family))[name]
    if (!golden) throw new Error(`no golden ${family} ${name}`)
    const { file, store } = containers[container]
    const folder = await temporaryFolder()
    const path = join(folder, file)
    await writeFile(path, await store(golden))
    const model = await readAnyModel(path, { part: null, answers: golden.answers })
    expect(model.checkpoint?.container).toBe(container)
    const built = await writeVariant(model, model.graph, folder, 'built', { digest: 'none' })
    const shape = [4, 3, golden.side, golden.side]
    const { logits } = await run(built, { input: float32(imagesOf(golden), shape) })
    expect(relativeError(numbers(logits), golden.logits)).toBeLessThan(1e-4)
  })
})

it('covers every family, in the containers that the docs name', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/checkpoints.md'), 'utf8')
  const words = {
    npz: '`.npz`',
    'pytorch-zip': 'zips of `torch.save`',
    'pytorch-legacy': 'the old form of `torch.save`',
    safetensors: 'safetensors',
  }
  for (const [container, word] of Object.entries(words)) {
    const tested = cases.filter((one) => one.container === container).map(({ family }) => family)
    const [, list = ''] = new RegExp(`^- ${word}: (.+)$`, 'm').exec(docs) ?? []
    expect(list.toLowerCase().split(', ')).toEqual(tested.map((family) => family.toLowerCase()))
  }
  const families = [...new Set(cases.map(({ family }) => family.toLowerCase()))]
  expect(families.sort()).toEqual(familyIds.map((id) => id.toLowerCase()).sort())
})
