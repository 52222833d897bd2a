import { expect, it } from 'vitest'
import type { ContributionArea } from '#shared/contract/index.ts'
import { contributionAreas } from '#shared/maths/receptiveField.ts'
import { squareOf } from '../../../src/renderer/features/pictures/map/areas.ts'

const areasOf = (map: number[], shape: [number, number]): ContributionArea[] =>
  contributionAreas(map, shape).map((area) => ({ ...area, definition: 'contribution' }))

it('draws exactly the square that holds the share', () => {
  // All contributions are equal and within one cell of the centre (2, 2) of 5x5.
  const map = Array.from({ length: 25 }, (_, at) =>
    Math.abs(Math.floor(at / 5) - 2) <= 1 && Math.abs((at % 5) - 2) <= 1 ? 1 / 9 : 0,
  )
  const areas = areasOf(map, [5, 5])
  expect(squareOf(areas, 0.5, [5, 5])).toEqual({ row: 1, column: 1, height: 3, width: 3 })
  expect(squareOf(areas, 0.2, [5, 5])).toEqual({ row: 1, column: 1, height: 3, width: 3 })
})

it('has the area of the table, also where the edge of an even map cuts it', () => {
  for (const [rows, columns] of [
    [8, 8],
    [9, 9],
    [6, 10],
  ] as const) {
    const map = new Array<number>(rows * columns).fill(1)
    const areas = areasOf(map, [rows, columns])
    for (const { threshold, ratio } of areas) {
      const square = squareOf(areas, threshold, [rows, columns])
      expect((square!.height * square!.width) / (rows * columns)).toBeCloseTo(ratio!, 12)
    }
  }
})

it('draws no square where none holds the share', () => {
  const none: ContributionArea = { definition: 'contribution', threshold: 0.5, side: null, ratio: null }
  expect(squareOf([none], 0.5, [4, 4])).toBeNull()
  expect(squareOf([], 0.5, [4, 4])).toBeNull()
})
