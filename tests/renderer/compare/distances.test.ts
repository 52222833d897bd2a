import { describe, expect, it } from 'vitest'
import type { KernelLayer } from '#shared/contract/index.ts'
import { kernelDistancesSpec } from '#shared/figures/kernelDistance.ts'
import { figureSpec } from '#shared/figures/spec.ts'
import { chosenLayers, distanceTable, ofModels } from '../../../src/renderer/features/compare/distances.ts'

const layer = (index: number, kernel = 7, distance = [0.1, 0.2, 0.4]): KernelLayer => ({
  index,
  node: `n${index}`,
  weight: `w${index}`,
  kernel,
  channels: distance.length,
  stride: 1,
  beside: null,
  distance,
  order: distance.map((_, channel) => channel),
  skipped: index === 1 ? [3] : [],
  uniform: kernel / 100,
  min: 0,
  max: 1,
})
const six = Array.from({ length: 6 }, (_, index) => layer(index))

describe('distances of several models', () => {
  const models = [
    { id: 3, title: 'Large', layers: [layer(0, 31), layer(1, 31)] },
    { id: 5, title: 'Small', layers: [layer(0, 3)] },
    { id: 8, title: 'ViT', layers: [] },
  ]
  const spec = kernelDistancesSpec(models, 'normalised')

  it('have a curve per layer, each with its palette slot, and a line per kernel size', () => {
    expect(spec.series.map(({ id, name, slot }) => `${id} ${name} ${slot}`)).toEqual([
      '3-0 Large, layer 1 (31×31) 0',
      '3-1 Large, layer 2 (31×31) 1',
      '5-0 Small, layer 1 (3×3) 2',
    ])
    expect(spec.references.map(({ label, value }) => `${label} ${value}`)).toEqual([
      'uniform 31×31 0.31',
      'uniform 3×3 0.03',
    ])
    expect(figureSpec.safeParse(spec).success).toBe(true)
  })

  it('name models without distances, and channels that are left out', () => {
    expect(spec.notes.join(' ')).toContain('ViT has no depthwise convolution of 3×3 and more')
    expect(kernelDistancesSpec(models, 'normalised', 7).notes.join(' ')).toContain(
      'ViT has no depthwise convolution of 7×7',
    )
    expect(spec.notes.join(' ')).toContain('Large, layer 2 (31×31): 1 channels')
  })

  it('have no line of equal weights in the published definition, which is not a distance', () => {
    expect(kernelDistancesSpec(models, 'published').references).toEqual([])
  })
})

it('chooses the requested layers', () => {
  const places = (choice: Parameters<typeof chosenLayers>[1]) =>
    chosenLayers(six, choice).map(({ index }) => index)
  expect(places('ends')).toEqual([0, 1, 4, 5])
  expect(places('all')).toHaveLength(6)
  expect(places('first')).toEqual([0])
  expect(places('last')).toEqual([5])
  expect(chosenLayers(six.slice(0, 3), 'ends')).toHaveLength(3)
  expect(chosenLayers([], 'last')).toEqual([])
})

it('lists every layer with its median', () => {
  const [odd, even] = distanceTable([{ title: 'A', layers: [layer(0), layer(1, 7, [1, 2, 4, 8])] }]).rows
  expect(odd).toMatchObject({ model: 'A', layer: 1, min: 0.1, median: 0.2, max: 0.4 })
  expect(even).toMatchObject({ median: 3 })
})

it('reduces a study’s figure to some models', () => {
  const figure = kernelDistancesSpec(
    [
      { id: 12, title: 'A', layers: six },
      { id: 1, title: 'B', layers: six },
    ],
    'normalised',
  )
  expect(ofModels(figure, [1])?.series.every(({ id }) => id.startsWith('1-'))).toBe(true)
  expect(ofModels(figure, [2])).toBeNull()
})
