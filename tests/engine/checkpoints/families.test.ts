import { describe, expect, it } from 'vitest'
import { buildCheckpoint, recogniseCheckpoint } from '#engine/checkpoints/index.ts'
import { writeVariant } from '#engine/onnx/index.ts'
import { float32, numbers, relativeError, run, temporaryFolder } from '../onnx/support.ts'
import {
  checkpointOf,
  checkpointOfGolden,
  goldensOf,
  imagesOf,
  modelOf,
  sizesOf,
  structures,
} from './golden.ts'
import { structureOf } from './structure.ts'

const families = [
  'resnet',
  'regnet',
  'replknet',
  'convnext',
  'vit',
  'bit',
  'vgg',
  'mobilenetV3',
  'efficientnet',
  'mobilenetV1',
  'mobilenetV2',
  'densenet',
  'swin',
] as const

describe.each(
  families.flatMap((family) => goldensOf(family).map(([name, golden]) => ({ family, name, golden }))),
)('$family, $name', ({ family, name, golden }) => {
  it('gives the logits of PyTorch and has the structure of its export', async () => {
    const model = await modelOf(golden)
    const path = await writeVariant(model, model.graph, await temporaryFolder(), 'built', { digest: 'none' })
    const { logits } = await run(path, {
      input: float32(imagesOf(golden), [4, 3, golden.side, golden.side]),
    })
    expect(relativeError(numbers(logits), golden.logits)).toBeLessThan(1e-4)
    expect(structureOf(model)).toEqual(structures[`${family}.${name}`])
  })

  it('leaves no tensor over', () => {
    const { leftOver } = buildCheckpoint(checkpointOfGolden(golden), golden.answers)
    expect(leftOver).toEqual([])
  })
})

describe.each(families.flatMap((family) => sizesOf(family).map(([size, shapes]) => ({ size, shapes }))))(
  '$size',
  ({ size, shapes }) => {
    it('is recognised by names and shapes, and every tensor has its place', () => {
      const checkpoint = checkpointOf(shapes)
      expect(recogniseCheckpoint(checkpoint)).toMatchObject({ size, classes: 1000 })
      const { leftOver, used } = buildCheckpoint(checkpoint)
      expect(leftOver).toEqual([])
      expect(used.size).toBe(Object.keys(shapes).length)
    })
  },
)
