import { describe, expect, it } from 'vitest'
import { kernelNumbers, partByKey, partsOf, weightText } from '../../../src/renderer/features/models/parts.ts'
import { inspectionOf, layer, mixing, pointwise } from './inspection.ts'

/** Stem, two blocks of stage 1 (a Relu after the first), a strided convolution, one block of stage 2, head. */
const model = () =>
  inspectionOf([
    [layer('Conv', [8, 4, 4], [8, 3, 3, 3]), layer('Relu')],
    { stage: 1, units: [mixing(7), pointwise()] },
    [layer('Relu')],
    { stage: 1, units: [mixing(7), pointwise()] },
    [layer('Conv', [16, 2, 2], [16, 8, 2, 2])],
    { stage: 2, units: [mixing(5, 16)] },
    [layer('GlobalAveragePool', [16, 1, 1]), layer('Gemm', [10], [10, 16])],
  ])

describe('the parts of a model', () => {
  it('are stem, blocks, what lies between stages, and head', () => {
    const parts = partsOf(model())
    expect(parts.map(({ key, stage }) => `${key}@${stage}`)).toEqual([
      'stem@0',
      'block-0@1',
      'block-1@1',
      'between-2@2',
      'block-2@2',
      'head@null',
    ])
    expect(parts.flatMap(({ layers }) => layers.map(({ index }) => index))).toEqual(
      model().layers.map(({ index }) => index),
    )
  })

  it('include the activation after a block in the block, but not a convolution', () => {
    const parts = partsOf(model())
    expect(parts[1]?.units.map(({ title, layers }) => `${title} ${layers.length}`)).toEqual([
      '7 × 7 convolution 3',
      'Pointwise 3',
    ])
    expect(parts[3]?.layers.map(({ op }) => op)).toEqual(['Conv'])
  })

  it('add up to all parameters and MACs', () => {
    const { layers } = model()
    const parts = partsOf(model())
    expect(parts.reduce((sum, part) => sum + part.parameters, 0)).toBe(
      layers.reduce((sum, one) => sum + one.parameters, 0),
    )
    expect(parts.reduce((sum, part) => sum + (part.macs ?? 0), 0)).toBe(
      layers.reduce((sum, one) => sum + (one.macs ?? 0), 0),
    )
  })

  it('have no MACs where a shape is unknown', () => {
    const found = model()
    found.layers[0] = { ...found.layers[0]!, macs: null }
    expect(partsOf(found)[0]?.macs).toBeNull()
  })

  it('are a single part without blocks, or where an old inspection does not name their layers', () => {
    expect(partsOf(inspectionOf([[layer('Conv'), layer('Relu')]])).map(({ key }) => key)).toEqual(['whole'])
    const old = model()
    old.blocks = old.blocks.map((block) => ({ ...block, units: [] }))
    expect(partsOf(old).map(({ layers }) => layers.length)).toEqual([old.layers.length])
    expect(partsOf(inspectionOf([]))).toEqual([])
  })

  it('can be traversed by keys, also stage by stage', () => {
    const parts = partsOf(model())
    expect(partByKey('ArrowRight', parts, 5)).toBe(5)
    expect(partByKey('ArrowLeft', parts, 3)).toBe(2)
    expect(partByKey('PageDown', parts, 1)).toBe(3)
    expect(partByKey('PageUp', parts, 4)).toBe(3)
    expect(partByKey('PageUp', parts, 3)).toBe(1)
    expect(partByKey('End', parts, 0)).toBe(5)
    expect(partByKey('x', parts, 0)).toBeNull()
  })
})

it('numbers the depthwise layers as the kernel sheets do, without 1x1 and oblong kernels', () => {
  const found = inspectionOf([
    [
      layer('Conv', [8, 4, 4], [8, 1, 1, 1]),
      layer('Conv', [8, 4, 4], [8, 1, 3, 5]),
      layer('Conv', [8, 4, 4], [8, 8, 3, 3]),
      layer('Conv', [8, 4, 4], [8, 1, 3, 3]),
      layer('Conv', [8, 4, 4], [8, 1, 31, 31]),
    ],
  ])
  expect([...kernelNumbers(found)]).toEqual([
    ['Conv_3', 0],
    ['Conv_4', 1],
  ])
})

it('describes the weight of a layer', () => {
  const text = (...shape: number[]) => weightText({ ...layer('Conv', [1], shape), index: 0 })
  expect(text(32, 1, 31, 31)).toBe('31 × 31 depthwise')
  expect(text(32, 3, 5, 5)).toBe('5 × 5')
  expect(text(64, 256)).toBe('64 × 256')
  expect(text(64)).toBe('')
})
