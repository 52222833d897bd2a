import { describe, expect, it } from 'vitest'
import { lut } from '#shared/colour/maps.ts'
import {
  bandsOf,
  placeAt,
  movedPlace,
  placeUnder,
  sheetLayout,
} from '../../../src/renderer/features/kernels/layout.ts'
import { kernelFacts } from '../../../src/renderer/features/kernels/measure.ts'
import {
  atlasColumns,
  channelLimits,
  paintAtlas,
  type KernelSheet,
} from '../../../src/renderer/features/kernels/paint.ts'

const rgb = (map: 'viridis' | 'diverging', i: number) => [...lut(map).slice(3 * i, 3 * i + 3)]

/** 33 channels of 3x3. Channel c has the value c in its centre; channel 32 also has -64 in a corner. */
function sheet(): KernelSheet {
  const weights = new Float32Array(33 * 9)
  for (let c = 0; c < 33; c++) weights[c * 9 + 4] = c
  weights[32 * 9] = -64
  return { channels: 33, kernel: 3, weights }
}

const pixel = (atlas: ReturnType<typeof paintAtlas>, x: number, y: number) => [
  ...atlas.pixels.slice(4 * (y * atlas.width + x), 4 * (y * atlas.width + x) + 4),
]

describe('painting kernels', () => {
  it('puts each channel in its tile of the atlas', () => {
    const atlas = paintAtlas(sheet(), { map: 'viridis', range: 'own' })
    expect([atlas.width, atlas.height]).toEqual([3 * atlasColumns, 6])
    expect(pixel(atlas, 3 * 5 + 1, 1)).toEqual([...rgb('viridis', 255), 255])
    expect(pixel(atlas, 3 * 5, 0)).toEqual([...rgb('viridis', 0), 255])
    expect(pixel(atlas, 0, 3)).toEqual([...rgb('viridis', 255), 255])
  })

  it('shows the magnitude in sequential maps and the sign in the diverging one', () => {
    const shared = paintAtlas(sheet(), { map: 'viridis', range: 'shared' })
    expect(pixel(shared, 1, 4)).toEqual([...rgb('viridis', 128), 255])
    const signed = paintAtlas(sheet(), { map: 'diverging', range: 'shared' })
    expect(pixel(signed, 0, 3)).toEqual([...rgb('diverging', 0), 255])
    expect(pixel(signed, 1, 4)).toEqual([...rgb('diverging', 191), 255])
    expect(pixel(signed, 2, 5)).toEqual([...rgb('diverging', 128), 255])
  })

  it('shows an all-zero kernel as zero instead of dividing by it', () => {
    const zero = { channels: 1, kernel: 3, weights: new Float32Array(9) }
    expect(pixel(paintAtlas(zero, { map: 'diverging', range: 'own' }), 1, 1)).toEqual([
      ...rgb('diverging', 128),
      255,
    ])
    expect(pixel(paintAtlas(zero, { map: 'viridis', range: 'own' }), 1, 1)).toEqual([
      ...rgb('viridis', 0),
      255,
    ])
  })

  it('clips rare peaks', () => {
    const weights = new Float32Array(1000 * 9).map((_, i) => (i === 0 ? 100 : 1))
    expect(channelLimits({ channels: 1000, kernel: 3, weights }, { range: 'clipped' })[0]).toBe(1)
    expect(channelLimits({ channels: 1000, kernel: 3, weights }, { range: 'shared' })[0]).toBe(100)
  })
})

describe('the layout of a sheet', () => {
  const layout = sheetLayout({ channels: 1024, kernel: 31, width: 1000, zoom: 2, viewHeight: 600 })

  it('fills the width and knows its height', () => {
    expect(layout).toMatchObject({ tile: 62, columns: 15, rows: 69, height: 69 * 65 - 3 })
  })

  it('finds the tile under a point, and none between tiles', () => {
    const at = placeAt(layout, 37)
    expect(placeUnder(layout, at.x + 5, at.y + 5, 1024)).toBe(37)
    expect(placeUnder(layout, at.x + 63, at.y + 5, 1024)).toBeNull()
    const end = placeAt(layout, 1024)
    expect(placeUnder(layout, end.x + 5, end.y + 5, 1024)).toBeNull()
  })

  it('draws only bands of rows near the visible area', () => {
    expect(bandsOf(layout, 0, 600)).toEqual([
      { from: 0, rows: 7 },
      { from: 7, rows: 7 },
      { from: 14, rows: 7 },
    ])
    expect(bandsOf(layout, layout.height - 600, 600).at(-1)).toEqual({ from: 63, rows: 6 })
    expect(bandsOf(layout, 2000, 600).map((band) => band.from)).toEqual([21, 28, 35, 42])
  })

  it('shows every channel at once with the zoom "fit"', () => {
    const fit = sheetLayout({ channels: 128, kernel: 31, width: 800, zoom: 'fit', viewHeight: 600 })
    expect(fit.height).toBeLessThanOrEqual(600)
    expect(fit.tile).toBe(47)
    expect(fit.columns * fit.rows).toBeGreaterThanOrEqual(128)
    expect(sheetLayout({ channels: 1024, kernel: 31, width: 800, zoom: 'fit', viewHeight: 100 }).tile).toBe(
      31,
    )
  })

  it('moves by keys and stays inside the sheet', () => {
    expect(movedPlace('right', 0, layout, 1024)).toBe(1)
    expect(movedPlace('down', 0, layout, 1024)).toBe(15)
    expect(movedPlace('up', 3, layout, 1024)).toBe(3)
    expect(movedPlace('down', 1020, layout, 1024)).toBe(1020)
    expect(movedPlace('last', 3, layout, 1024)).toBe(1023)
  })
})

describe('the facts of a kernel', () => {
  it('sums |w| outwards from the centre', () => {
    const facts = kernelFacts(
      { channels: 1, kernel: 3, weights: new Float32Array([0, 1, 0, 1, -4, 1, 0, 1, 0]) },
      0,
    )
    expect(facts).toEqual({ min: -4, max: 1, mean: 0, mass: 8, massWithin: [0.5, 1, 1] })
  })

  it('has zero shares for a kernel of zeros', () => {
    expect(kernelFacts({ channels: 1, kernel: 3, weights: new Float32Array(9) }, 0).massWithin).toEqual([
      0, 0, 0,
    ])
  })
})
