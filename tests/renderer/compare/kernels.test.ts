import { describe, expect, it } from 'vitest'
import type { KernelLayer } from '#shared/contract/index.ts'
import { channelTable } from '../../../src/renderer/features/compare/channels.ts'
import {
  byLargest,
  channelNorms,
  differenceRefusal,
  sharedLimit,
  sheetDifference,
  sheetDistance,
} from '../../../src/renderer/features/kernels/difference.ts'
import { npy } from '../../../src/renderer/features/kernels/npy.ts'
import { channelLimits, paintAtlas, type KernelSheet } from '../../../src/renderer/features/kernels/paint.ts'

const sheet = (channels: number, kernel: number, of: (at: number) => number): KernelSheet => ({
  channels,
  kernel,
  weights: Float32Array.from({ length: channels * kernel ** 2 }, (_, at) => of(at)),
})
const a = sheet(2, 3, (at) => at)
const b = sheet(2, 3, (at) => (at === 17 ? -100 : at))

describe('two sheets', () => {
  it('are subtracted weight by weight where their shapes agree', () => {
    expect([...sheetDifference(a, b).weights].filter(Boolean)).toEqual([117])
    expect(
      differenceRefusal(
        a,
        sheet(2, 5, () => 0),
      ),
    ).toMatch(/3 × 3 and 5 × 5/)
    expect(
      differenceRefusal(
        a,
        sheet(3, 3, () => 0),
      ),
    ).toMatch(/2 and 3/)
    expect(() =>
      sheetDifference(
        a,
        sheet(3, 3, () => 0),
      ),
    ).toThrow(RangeError)
  })

  it('share one scale, so that a colour means the same weight', () => {
    expect(sharedLimit([a, b], 'shared')).toBe(100)
    expect(sharedLimit([a], 'shared')).toBe(17)
    const limit = sharedLimit([a, b], 'shared')
    expect([...channelLimits(a, { range: 'shared', limit })]).toEqual([100, 100])
    const pixel = (drawn: ReturnType<typeof paintAtlas>) => [...drawn.pixels.slice(4, 8)]
    const painting = { map: 'viridis' as const, range: 'shared' as const, limit }
    expect(pixel(paintAtlas(a, painting))).toEqual(pixel(paintAtlas(b, painting)))
  })

  it('have the distance of their weights', () => {
    const scaled = sheet(2, 3, (at) => 2 * at)
    expect(sheetDistance(a, scaled)).toEqual({ relative: 1, correlation: expect.closeTo(1, 12) })
    expect(
      sheetDistance(
        a,
        sheet(2, 3, (at) => -at),
      ).correlation,
    ).toBeCloseTo(-1, 12)
    expect(sheetDistance(a, a).relative).toBe(0)
    expect(
      sheetDistance(
        sheet(2, 3, () => 0),
        a,
      ),
    ).toEqual({ relative: null, correlation: null })
  })

  it('have norms per channel, and an order by them', () => {
    expect(channelNorms(sheet(2, 1, (at) => (at === 0 ? -3 : 4)))).toEqual(Float64Array.of(3, 4))
    expect(byLargest([1, 5, 5, 2])).toEqual([1, 2, 3, 0])
  })

  it('become a table of channels, with null where a channel has no distance', () => {
    const layer = (order: number[]): KernelLayer => ({
      index: 0,
      node: 'n',
      weight: 'w',
      kernel: 3,
      channels: 2,
      stride: 1,
      beside: null,
      distance: order.map((channel) => channel / 10),
      order,
      skipped: [],
      uniform: 0.5,
      min: 0,
      max: 1,
    })
    const table = channelTable({ a, b }, { a: layer([1, 0]), b: layer([1]) }, { a: 'A', b: 'B' })
    expect(table.rows[0]).toMatchObject({ a_distance: 0, b_distance: null, difference_norm: 0 })
    expect(table.rows[1]).toMatchObject({ a_distance: 0.1, b_distance: 0.1, difference_norm: 117 })
    const other = channelTable({ a, b: sheet(3, 5, () => 1) }, { a: null, b: null }, { a: 'A', b: 'B' })
    expect(other.rows).toHaveLength(3)
    expect(other.rows[2]).toMatchObject({ a_norm: null, b_norm: 5, difference_norm: null })
  })
})

it('writes what numpy.save writes', async () => {
  const bytes = new Uint8Array(await npy(Float32Array.of(1, -2.5, 3, 4, 5, 6), [1, 2, 3]).arrayBuffer())
  // Header of numpy.save(io.BytesIO(), numpy.zeros((1, 2, 3), 'float32')), numpy 2.2: 118 bytes, padded to 128 in all.
  const header = new TextDecoder().decode(bytes.subarray(10, 128))
  expect([...bytes.subarray(0, 10)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0])
  expect(header).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), }".padEnd(117) + '\n')
  expect([...new Float32Array(bytes.slice(128).buffer)]).toEqual([1, -2.5, 3, 4, 5, 6])
})
