import { expect, it } from 'vitest'
import { pace } from '#engine/studies/measure/pace.ts'

/** A pool whose three workers have worked for a while. */
function pool() {
  const state = { worked: 5000 }
  return { state, workers: 3, worked: () => state.worked }
}

it('the pace of a run is that of its slower stage, without what was done before it', () => {
  const { state, ...one } = pool()
  const own = pace(one)
  own.add(300)
  own.add(200)
  state.worked += 900
  // Computing took 500 ms, loading 300 ms on each of three workers.
  expect(own.seconds()).toBe(0.5)
  state.worked += 1200
  expect(own.seconds()).toBe(0.7)
})

it('takes the time of stored facts also where storing fails', () => {
  const own = pace(pool())
  expect(own.timed(() => 7)).toBe(7)
  expect(() =>
    own.timed(() => {
      throw new Error('full')
    }),
  ).toThrow('full')
  expect(own.seconds()).toBeGreaterThanOrEqual(0)
})
