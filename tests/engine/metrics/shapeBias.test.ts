import { expect, it } from 'vitest'
import { cueCounts, errorConsistency, shapeBias } from '#engine/metrics/index.ts'

/** Rows of cue-conflict_resnet50_session-1.csv of bethgelab/model-vs-human (trials 1 to 13): image and decision. */
const published = [
  ['airplane1-bicycle2', 'bottle'],
  ['airplane1-chair2', 'chair'],
  ['airplane1-clock1', 'clock'],
  ['airplane1-elephant1', 'elephant'],
  ['airplane10-airplane1', 'airplane'],
  ['airplane10-bear3', 'bear'],
  ['airplane10-boat3', 'chair'],
  ['airplane10-car3', 'car'],
  ['airplane10-cat2', 'cat'],
  ['airplane10-dog3', 'dog'],
  ['airplane10-elephant1', 'elephant'],
  ['airplane10-knife3', 'knife'],
  ['airplane10-oven2', 'oven'],
] as const

it('counts decisions for shape and texture, and leaves images without a conflict out of the bias', () => {
  const decisions = published.map(([name, decision]) => {
    const [shape = '', texture = ''] = name.split('-').map((part) => part.replace(/\d+/, ''))
    return { shape, texture, decision }
  })
  const counts = cueCounts(decisions)
  expect(counts).toEqual({ n: 13, conflicts: 12, shape: 0, texture: 10, correct: 1 })
  expect(shapeBias(counts)).toBe(0)
  expect(shapeBias(cueCounts([...decisions, { shape: 'cat', texture: 'dog', decision: 'cat' }]))).toBe(1 / 11)
  expect(shapeBias(cueCounts([{ shape: 'cat', texture: 'dog', decision: null }]))).toBeNull()
})

it('gives Cohen’s kappa of right and wrong', () => {
  // Cohen's own form for a 2 x 2 table: 2 (ad - bc) / ((a + b)(b + d) + (a + c)(c + d)).
  const [a, b, c, d] = [40, 10, 15, 35]
  const kappa = (2 * (a * d - b * c)) / ((a + b) * (b + d) + (a + c) * (c + d))
  const found = errorConsistency({ both: a, first: b, second: c, neither: d })
  expect(found?.kappa).toBeCloseTo(kappa, 12)
  expect(found?.observed).toBe(0.75)
  expect(found?.expected).toBeCloseTo(0.5 * 0.55 + 0.5 * 0.45, 12)
  // Independent errors agree as often as expected; all alike is one, also where everything is right.
  expect(errorConsistency({ both: 9, first: 3, second: 3, neither: 1 })?.kappa).toBeCloseTo(0, 12)
  expect(errorConsistency({ both: 7, first: 0, second: 0, neither: 0 })?.kappa).toBe(1)
  expect(errorConsistency({ both: 0, first: 0, second: 0, neither: 0 })).toBeNull()
})
