import { describe, expect, it } from 'vitest'
import type { LocationQuery } from 'vue-router'
import type { ImageFilter } from '#shared/contract/index.ts'
import { filterFromQuery, filterToQuery, isEmptyFilter } from '../../src/renderer/datasets/filterQuery.ts'

const full: ImageFilter = {
  classIndex: 0,
  part: 'fog/3',
  search: 'dog 7',
  readable: false,
  outcomes: [
    { modelId: 1, outcome: 'correct' },
    { modelId: 2, outcome: 'wrong', conditionId: 17 },
  ],
  confidence: { modelId: 1, min: 0.5, max: 0.9 },
}

describe('a filter in an address', () => {
  it('comes back as it went', () => {
    const query = filterToQuery(full) as LocationQuery
    expect(query).toEqual({
      class: '0',
      part: 'fog/3',
      q: 'dog 7',
      readable: '0',
      outcome: '1:correct,2:wrong:17',
      confidence: '1:0.5-0.9',
    })
    expect(filterFromQuery(query)).toEqual(full)
  })

  it('leaves out what it cannot read', () => {
    expect(
      filterFromQuery({
        class: 'x',
        outcome: '1:maybe,,3:wrong',
        confidence: '1:0.9-0.1',
        layer: '4',
        q: '',
      }),
    ).toEqual({ outcomes: [{ modelId: 3, outcome: 'wrong' }] })
  })

  it('knows the empty one', () => {
    expect(isEmptyFilter({})).toBe(true)
    expect(isEmptyFilter(full)).toBe(false)
  })
})
