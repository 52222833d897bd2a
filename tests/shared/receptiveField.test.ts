import { describe, expect, it } from 'vitest'
import { contributionAreas, contributionPicture } from '#shared/maths/receptiveField.ts'

const uniform = (side: number) => new Float32Array(side * side).fill(1)

describe('contributionAreas', () => {
  it('is one pixel where the centre has everything', () => {
    const map = new Float32Array(49).with(24, 3)
    expect(contributionAreas(map, 7)).toEqual(
      [0.2, 0.3, 0.5, 0.99].map((threshold) => ({ threshold, side: 1, ratio: 1 / 49 })),
    )
  })

  it('grows with the threshold as the squares of a uniform map do', () => {
    // 9, 25, 49, 81 pixels of 81.
    expect(contributionAreas(uniform(9), 9, [9 / 81, 10 / 81, 0.5, 0.99]).map(({ side }) => side)).toEqual([
      3, 5, 7, 9,
    ])
  })

  it('takes the pixel below and right of the middle as the centre of an even side, as the network does', () => {
    const map = new Float32Array(16).with(10, 1)
    expect(contributionAreas(map, 4, [1])).toEqual([{ threshold: 1, side: 1, ratio: 1 / 16 }])
    expect(contributionAreas(uniform(4), 4, [1])[0]?.side).toBe(4)
  })

  it('has none for a map of zeros', () => {
    expect(contributionAreas(new Float32Array(9), 3)).toEqual([])
  })
})

it('shows the largest contribution as 1 and none as 0, whatever the scale', () => {
  const picture = contributionPicture([0, 1e-6, 2e-6])
  expect([picture[0], picture[2]]).toEqual([0, 1])
  expect(picture[1]).toBeCloseTo(Math.log10(5.5), 6)
  expect([...contributionPicture([0, 0])]).toEqual([0, 0])
})
