import { expect, it } from 'vitest'
import { partFor, type StoredCondition } from '#engine/facts/index.ts'

/** Makes a condition with one part for each range of image ids. */
const condition = (...ranges: [number, number][]): StoredCondition => ({
  condition: { key: 'one', title: 'one', params: {}, transform: () => ({ op: 'identity' }) },
  source: { datasetId: 1, selectedFor: null },
  parts: ranges.map(([from, to], at) => ({ conditionId: at, transform: { op: 'identity' }, from, to })),
})

it('finds the part of an image, also at the first and last id of the part, and none outside of all parts', () => {
  const ranges = Array.from({ length: 101 }, (_, at): [number, number] => [10 * at + 1, 10 * at + 8])
  const grouped = condition(...ranges)
  for (const [at, [from, to]] of ranges.entries())
    for (const id of [from, from + 3, to]) expect(partFor(grouped, id).conditionId).toBe(at)
  for (const id of [0, 9, 500, 1010]) expect(() => partFor(grouped, id)).toThrow(`image ${id}`)
  expect(partFor(condition([0, Number.MAX_SAFE_INTEGER]), 7).conditionId).toBe(0)
  expect(() => partFor(condition(), 1)).toThrow('no transform of one')
})
