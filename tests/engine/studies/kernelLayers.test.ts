import { expect, it } from 'vitest'
import { firstAndLast } from '#engine/studies/kinds/kernelAttention/layers.ts'

/** Layers of stages given as kernel, channels and number of layers. */
const net = (...stages: [number, number, number][]) =>
  stages
    .flatMap(([kernel, channels, count]) => Array.from({ length: count }, () => ({ kernel, channels })))
    .map((layer, index) => ({ ...layer, index }))

it.each([
  ['RepLKNet-31B', net([31, 128, 2], [29, 256, 2], [27, 512, 18], [13, 1024, 2]), [0, 1, 20, 21]],
  ['ConvNeXt-T', net([7, 96, 3], [7, 192, 3], [7, 384, 9], [7, 768, 3]), [0, 1, 13, 14]],
  ['stages of equal length', net([7, 8, 3], [7, 16, 3]), [0, 1, 4, 5]],
  ['one stage', net([9, 8, 5]), [0, 1, 3, 4]],
  ['no two layers alike', net([9, 8, 1], [9, 16, 1], [9, 32, 1], [9, 64, 1], [9, 128, 1]), [0, 1, 3, 4]],
  ['four layers', net([9, 8, 1], [7, 8, 3]), [0, 1, 2, 3]],
])('shows two shallow and two deep layers of %s', (_, layers, shown) => {
  expect(firstAndLast(layers).map(({ index }) => index)).toEqual(shown)
})
