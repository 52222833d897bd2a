import { describe, expect, it } from 'vitest'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { breaker, leastForShare, mostInRow } from '#engine/studies/definition/failing.ts'

const problem: ErrorShape = { code: 'IMAGE_UNREADABLE', message: 'a.png is cut short', hint: '' }
const failed = (...ids: number[]) => ids.map((exampleId) => ({ exampleId, problem }))
const ids = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

function refusal(work: () => void): KernelscopeError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof KernelscopeError) return error
    throw error
  }
}

describe('a study is stopped', () => {
  it('when many images fail in a row, with the reason', () => {
    const failing = breaker()
    failing.add(10, failed(...ids(0, 5)))
    failing.add(0, failed(...ids(5, mostInRow - 6)))
    const error = refusal(() => failing.add(0, failed(mostInRow - 1)))
    expect(error?.code).toBe('STUDY_FAILING')
    expect(error?.message).toBe(
      `stopped because ${mostInRow} images in a row could not be measured (${mostInRow} times IMAGE_UNREADABLE); the last: IMAGE_UNREADABLE: a.png is cut short`,
    )
    expect(error?.details?.split('\n')).toHaveLength(10)
  })

  it('when more rows fail than are measured, from many failures on', () => {
    const failing = breaker()
    const all = ids(0, leastForShare)
    for (const id of all.slice(0, -1)) failing.add(1, failed(id))
    expect(refusal(() => failing.add(0, failed(...all.slice(-1), ...all.slice(-1))))?.message).toContain(
      `stopped because ${leastForShare + 1} of ${2 * leastForShare} could not be measured`,
    )
  })
})

describe('a study goes on', () => {
  it('with one image that fails under many conditions', () => {
    const failing = breaker()
    for (let condition = 0; condition < 10 * mostInRow; condition++) failing.add(0, failed(1))
  })

  it('with many failures among more that succeed', () => {
    const failing = breaker()
    for (const id of ids(0, 10 * leastForShare)) failing.add(2, failed(id))
  })
})
