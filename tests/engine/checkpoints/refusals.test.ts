import { expect, it } from 'vitest'
import { buildCheckpoint, recogniseCheckpoint } from '#engine/checkpoints/index.ts'
import { checkpointOf, sizesOf } from './golden.ts'

const resnet18 = Object.fromEntries(sizesOf('resnet'))['ResNet-18'] ?? {}
const without = (name: string) => Object.fromEntries(Object.entries(resnet18).filter(([one]) => one !== name))
const refused = (shapes: Record<string, readonly number[]>, answers = {}) => {
  try {
    buildCheckpoint(checkpointOf(shapes), answers)
  } catch (error) {
    return error
  }
  throw new Error('it was built')
}

it('names a tensor that is missing', () => {
  expect(refused(without('layer3.1.bn2.running_var'))).toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: 'the checkpoint has no tensor layer3.1.bn2.running_var, which ResNet-18 needs',
  })
})

it('names a tensor that does not fit, with both shapes', () => {
  expect(refused({ ...resnet18, 'layer2.0.bn1.weight': [64] })).toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: 'tensor layer2.0.bn1.weight is [64], ResNet-18 needs [128]',
  })
  expect(refused({ ...resnet18, 'fc.weight': [1000, 2048] })).toMatchObject({
    message: 'tensor fc.weight is [1000,2048], ResNet-18 needs [1000,512]',
  })
})

it('refuses a network with more in its blocks than it knows', () => {
  expect(refused({ ...resnet18, 'layer1.0.se.fc1.weight': [4, 64, 1, 1] })).toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: 'tensor layer1.0.se.fc1.weight does not belong to ResNet-18',
  })
})

it('takes a layer by itself for no family', () => {
  // Of torchvision's blocks that are not there, nothing but the end of the name was left.
  const alone = checkpointOf({ weight: [2, 3], bias: [2], running_mean: [2], running_var: [2] })
  expect(recogniseCheckpoint(alone)).toBeNull()
})

it('leaves over what stands apart, and names it', () => {
  const built = buildCheckpoint(checkpointOf({ ...resnet18, 'projector.0.weight': [8, 512] }))
  expect(built.leftOver).toEqual(['projector.0.weight'])
})

it('gives features where there is no head', () => {
  const { 'fc.weight': _, 'fc.bias': __, ...headless } = resnet18
  const built = buildCheckpoint(checkpointOf(headless))
  expect(built.classes).toBeNull()
  expect(built.graph.outputs).toEqual([{ name: 'logits', type: 'float32', shape: ['batch', 512] }])
})

it('recognises nothing in tensors of another kind, and says what could be built', () => {
  const strange = checkpointOf({ 'decoder.embed.weight': [100, 8] })
  expect(recogniseCheckpoint(strange)).toBeNull()
  expect(() => buildCheckpoint(strange)).toThrow(
    expect.objectContaining({ code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('ResNet') }),
  )
})

it('asks for the side, whose default is that of the weights or of what lies beside', () => {
  const checkpoint = checkpointOf(resnet18)
  expect(recogniseCheckpoint(checkpoint)?.questions).toMatchObject([{ id: 'side', default: '224' }])
  const hinted = recogniseCheckpoint(checkpoint, { imageSize: 288 })
  expect(hinted?.published.preprocessing).toMatchObject({ size: [288, 288], resizeTo: 329 })
  const { graph } = buildCheckpoint(checkpoint, { side: '160' })
  expect(graph.inputs[0]?.shape).toEqual(['batch', 3, 160, 160])
})

it.each([
  [{ side: '12' }, 'answer side: a whole number from 16 to 2048 is expected, it is 12'],
  [{ side: '3.5' }, 'answer side: a whole number from 16 to 2048 is expected, it is 3.5'],
  [{ heads: '3' }, 'answer heads: only side can be answered'],
])('refuses the answers %j', (answers, message) => {
  expect(refused(resnet18, answers)).toMatchObject({ code: 'USAGE', message })
})
