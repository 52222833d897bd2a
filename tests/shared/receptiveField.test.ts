import { describe, expect, it } from 'vitest'
import { contributionAreas, contributionPicture } from '#shared/maths/receptiveField.ts'

/** Printed by tools/goldens/metrics/erf_areas.py, NumPy in float64. */
const published = { sides: [11, 15, 19, null], ratios: [0.1181640625, 0.2197265625, 0.3525390625, null] }

const uniform = (side: number) => new Float32Array(side * side).fill(1)

describe('contributionAreas', () => {
  it('is one pixel where the centre pixel has every contribution', () => {
    const map = new Float32Array(49).with(24, 3)
    expect(contributionAreas(map, [7, 7])).toEqual(
      [0.2, 0.3, 0.5, 0.99].map((threshold) => ({ threshold, side: 1, ratio: 1 / 49 })),
    )
  })

  it('grows with the threshold as the squares of a uniform map do', () => {
    // 9, 25, 49, 81 pixels of 81.
    expect(
      contributionAreas(uniform(9), [9, 9], { thresholds: [9 / 81, 10 / 81, 0.5, 0.99] }).map(
        ({ side }) => side,
      ),
    ).toEqual([3, 5, 7, 9])
  })

  it('takes the pixel below and right of the middle as the centre of an even side, as the network does', () => {
    const map = new Float32Array(16).with(10, 1)
    expect(contributionAreas(map, [4, 4], { thresholds: [1] })).toEqual([
      { threshold: 1, side: 1, ratio: 1 / 16 },
    ])
    expect(contributionAreas(uniform(4), [4, 4], { thresholds: [1] })[0]?.side).toBe(4)
  })

  it('is cut by the shorter side of a map that is not square', () => {
    // The middle row of 3 x 5: 3 pixels wide with radius 1, all 3 rows high.
    expect(contributionAreas(new Float32Array(15).fill(1), [3, 5], { thresholds: [9 / 15, 1] })).toEqual([
      { threshold: 9 / 15, side: 3, ratio: 9 / 15 },
      { threshold: 1, side: 5, ratio: 1 },
    ])
  })

  it('equals, in the published definition, the output of RepLKNet’s script for a falling map (tools/goldens/metrics/erf_areas.py)', () => {
    const map = Float64Array.from({ length: 32 * 32 }, (_, at) => {
      const [row, column] = [Math.floor(at / 32) - 16, (at % 32) - 16]
      return 1000 * Math.exp(-(row * row + column * column) / 50)
    })
    const areas = contributionAreas(map, [32, 32], { definition: 'published' })
    expect(areas.map(({ side }) => side)).toEqual(published.sides)
    expect(areas.map(({ ratio }) => ratio)).toEqual(published.ratios)
    // In a uniform map only squares that reach its edge hold 99 %, and the script never tries those.
    const flat = contributionAreas(uniform(32), [32, 32], { definition: 'published' })
    expect(flat.at(-1)).toEqual({ threshold: 0.99, side: null, ratio: null })
  })

  it('has no square for a map of zeros', () => {
    expect(contributionAreas(new Float32Array(9), [3, 3])).toEqual([])
  })
})

it('shows the largest contribution as 1 and no contribution as 0, at any scale', () => {
  const picture = contributionPicture([0, 1e-6, 2e-6])
  expect([picture[0], picture[2]]).toEqual([0, 1])
  expect(picture[1]).toBeCloseTo(Math.log10(5.5), 6)
  expect([...contributionPicture([0, 0])]).toEqual([0, 0])
})
