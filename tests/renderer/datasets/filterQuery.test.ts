import { describe, expect, it } from 'vitest'
import type { LocationQuery } from 'vue-router'
import type { ImageFilter } from '#shared/contract/index.ts'
import {
  filterFromQuery,
  filterToQuery,
  isEmptyFilter,
  shownFactsFromQuery,
  shownFactsToQuery,
  orderFromQuery,
  orderToQuery,
} from '../../../src/renderer/features/datasets/filter/filterQuery.ts'

const full: ImageFilter = {
  classes: [0, 7],
  parts: ['fog/3', 'odd,name:1'],
  search: 'dog 7',
  readable: false,
  errors: ['IMAGE_UNREADABLE'],
  width: { min: 100 },
  height: { max: 500 },
  bytes: { min: 1, max: 2 },
  tags: ['dark, blurry', '50 %'],
  noted: true,
  subsetId: 4,
  outcomes: [
    { modelId: 1, outcome: 'correct' },
    { modelId: 2, outcome: 'wrong', conditionId: 17 },
    { modelId: 2, changed: 'kernels-5', outcome: 'wrong' },
  ],
  confidence: [{ modelId: 1, min: 0.5, max: 0.9 }],
  trueProbability: [{ modelId: 1, min: 0, max: 0.1 }],
  margin: [{ modelId: 1, min: 0, max: 1e-7 }],
  trueMargin: [{ modelId: 1, min: -0.9, max: -0.1, conditionId: 3 }],
  rank: [{ modelId: 2, min: 2, max: 5 }],
  predicted: [{ modelId: 2, classes: [3, 8] }],
  flips: [
    { modelId: 1, conditionId: 17, flip: 'lost' },
    { modelId: 1, changed: 'without-3-7', flip: 'gained' },
  ],
  disagreement: { modelIds: [1, 2, 3], about: 'class', how: 'all', conditionId: 17 },
}

describe('a filter in an address', () => {
  it('is read as it was written', () => {
    const query = filterToQuery(full) as LocationQuery
    expect(query).toMatchObject({
      class: '0,7',
      q: 'dog 7',
      readable: '0',
      outcome: '1:correct,2:wrong:17,2~kernels-5:wrong',
      flip: '1:lost:17,1~without-3-7:gained',
      confidence: '1:0.5..0.9',
    })
    const { margin, ...rest } = filterFromQuery(query)
    const { margin: sent, ...others } = full
    expect(rest).toEqual(others)
    expect(margin?.[0]?.max).toBeCloseTo(sent?.[0]?.max ?? 1, 6)
  })

  it('reads the ranges of older addresses', () => {
    expect(filterFromQuery({ confidence: '1:0.5-0.9', class: '3', part: 'fog/3' })).toEqual({
      confidence: [{ modelId: 1, min: 0.5, max: 0.9 }],
      classes: [3],
      parts: ['fog/3'],
    })
  })

  it('leaves out texts that it cannot read', () => {
    expect(
      filterFromQuery({
        class: 'x',
        outcome: '1:maybe',
        rank: '3:wrong',
        layer: '4',
        q: '',
        disagree: 'class:1',
        flip: '1:lost',
        confidence: '1~without-0:0..1',
        predicted: '1~sharper:3',
        width: 'wide',
        readable: '1',
      }),
    ).toEqual({ readable: true })
  })

  it('reads the blocks of a changed model in any order as the same model', () => {
    expect(filterFromQuery({ flip: '1~without-7-3-7:lost' })).toEqual({
      flips: [{ modelId: 1, changed: 'without-3-7', flip: 'lost' }],
    })
  })

  it('recognises the empty filter', () => {
    expect(isEmptyFilter({})).toBe(true)
    expect(isEmptyFilter(full)).toBe(false)
  })
})

describe('order and shown facts in an address', () => {
  it('are read as they were written', () => {
    const order = { by: 'trueMargin', descending: true, fact: { modelId: 2, conditionId: 9 } } as const
    expect(orderFromQuery({ order: orderToQuery(order) ?? '' })).toEqual(order)
    expect(orderToQuery({ by: 'place', descending: false })).toBeUndefined()
    const shuffled = { by: 'shuffled', seed: 7, descending: false } as const
    expect(orderToQuery(shuffled)).toBe('shuffled:up:7')
    expect(orderFromQuery({ order: 'shuffled:up:7' })).toEqual(shuffled)
    expect(orderFromQuery({ order: 'shuffled:up:x' })).toEqual({ ...shuffled, seed: 0 })
    expect(orderFromQuery({ order: 'confidence:up' })).toEqual({ by: 'place', descending: false })
    const shownFacts = [
      { modelId: 1 },
      { modelId: 2, conditionId: 17 },
      { modelId: 1, changed: 'without-3-7' },
    ]
    expect(shownFactsFromQuery({ facts: shownFactsToQuery(shownFacts) })).toEqual(shownFacts)
    expect(shownFactsFromQuery({ facts: '1~without-0,2' })).toEqual([{ modelId: 2 }])
    expect(shownFactsFromQuery({})).toBeNull()
    // Addresses from before schema 4.
    expect(shownFactsFromQuery({ look: '2:17' })).toEqual([{ modelId: 2, conditionId: 17 }])
    expect(shownFactsFromQuery({ facts: shownFactsToQuery([]) })).toEqual([])
  })
})
