import { expect, it } from 'vitest'
import { pace } from '#engine/studies/measure/pace.ts'

/** A pool whose three workers have worked for a while. */
function pool() {
  const state = { worked: 5000 }
  return { state, workers: 3, worked: () => state.worked }
}

it('the pace of a run is that of its slowest stage, without what was done before it', () => {
  const { state, ...one } = pool()
  const own = pace(one, { sessions: 2, threads: 1 }, 8)
  own.add(600)
  own.add(400)
  state.worked += 900
  // Computing took 500 ms in each of two sessions, loading 300 ms on each of three workers.
  expect(own.seconds()).toBe(0.5)
  state.worked += 1200
  expect(own.seconds()).toBe(0.7)
})

it('is no faster than the cores let it be', () => {
  const { state, ...one } = pool()
  const own = pace(one, { sessions: 2, threads: 1 }, 2)
  own.add(1000)
  state.worked += 300
  // Two cores share 1000 ms of computing and 300 ms of loading.
  expect(own.seconds()).toBe(0.65)
})

it('takes the time of stored facts also where storing fails', () => {
  const own = pace(pool(), { sessions: 1, threads: 0 })
  expect(own.timed(() => 7)).toBe(7)
  expect(() =>
    own.timed(() => {
      throw new Error('full')
    }),
  ).toThrow('full')
  expect(own.seconds()).toBeGreaterThanOrEqual(0)
})
