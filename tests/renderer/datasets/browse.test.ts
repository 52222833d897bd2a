import { describe, expect, it } from 'vitest'
import { PlacePages } from '../../../src/renderer/features/datasets/grid/places.ts'
import {
  choose,
  everything,
  isChosen,
  isNothing,
  nothing,
  sameSelection,
  sizeOf,
} from '../../../src/renderer/features/datasets/grid/selection.ts'
import { scaleOf } from '../../../src/renderer/features/datasets/grid/useLongScroll.ts'
import { chipsOf } from '../../../src/renderer/features/datasets/filter/chips.ts'
import { toggled, withFact } from '../../../src/renderer/features/datasets/filter/filterChange.ts'

const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('pages by place', () => {
  function source(total: number, keep?: number) {
    const asked: number[] = []
    const aborted: number[] = []
    const pages = new PlacePages<number>({
      pageSize: 10,
      ...(keep ? { keep } : {}),
      fetch: async (from, limit, signal) => {
        asked.push(from)
        signal.addEventListener('abort', () => aborted.push(from))
        await settle()
        return Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_, k) => from + k)
      },
    })
    return { pages, asked, aborted }
  }

  it('reach the middle of a million rows with one request', async () => {
    const { pages, asked } = source(1_000_000)
    pages.want(500_003, 500_007)
    await settle()
    await settle()
    expect(asked).toEqual([500_000])
    expect(pages.row(500_004)).toBe(500_004)
    expect(pages.row(3)).toBeUndefined()
    expect(pages.find((row) => row === 500_009)).toBe(500_009)
  })

  it('abort requests for pages that were scrolled past', async () => {
    const { pages, asked, aborted } = source(1000)
    pages.want(0, 20)
    pages.want(500, 510)
    await settle()
    await settle()
    expect(asked).toEqual([0, 10, 500, 510])
    expect(aborted).toEqual([0, 10])
    expect(pages.row(0)).toBeUndefined()
    expect(pages.row(505)).toBe(505)
  })

  it('fetch the page that comes next in the direction of the scrolling, within the list', async () => {
    const { pages, asked, aborted } = source(95)
    const scroll = async (from: number) => {
      const before = asked.length
      pages.want(from, from + 5)
      await settle()
      await settle()
      return asked.slice(before)
    }
    expect(await scroll(50)).toEqual([50])
    expect(await scroll(52)).toEqual([60])
    expect(await scroll(45)).toEqual([40, 30])
    expect(await scroll(85)).toEqual([80, 90])
    expect(await scroll(90)).toEqual([])
    expect(await scroll(0)).toEqual([0])
    expect(aborted).toEqual([])
    pages.want(40, 45)
    pages.want(70, 75)
    pages.want(40, 45)
    expect(aborted).toEqual([70])
  })

  it('keep near pages, and read the last page again when the list has grown', async () => {
    const { pages, asked } = source(95, 2)
    for (const from of [0, 40, 90]) {
      pages.want(from, from + 5)
      await settle()
      await settle()
    }
    expect(pages.row(0)).toBeUndefined()
    expect(pages.row(94)).toBe(94)
    pages.grown()
    await settle()
    await settle()
    expect(asked.filter((from) => from === 90)).toHaveLength(2)
  })
})

describe('a list taller than a browser allows', () => {
  it('reaches both ends, and every position between them', () => {
    const scale = scaleOf(160_000_000, 800, 16_000_000)
    expect(scale.height).toBe(16_000_000)
    expect(scale.toOffset(0)).toBe(0)
    expect(scale.toOffset(16_000_000 - 800)).toBeCloseTo(160_000_000 - 800, 3)
    for (const offset of [0, 12_345, 80_000_000, 159_999_200])
      expect(scale.toOffset(scale.toScroll(offset))).toBeCloseTo(offset, 3)
    expect(scale.clamp(1e12)).toBe(160_000_000 - 800)
  })

  it('is not scaled where it is short enough', () => {
    const scale = scaleOf(5000, 800, 16_000_000)
    expect([scale.height, scale.toOffset(1234), scale.toScroll(1234)]).toEqual([5000, 1234, 1234])
    expect(scaleOf(500, 800).toOffset(10)).toBe(0)
  })
})

describe('a selection', () => {
  it('is a list of images, or a rule with exceptions', () => {
    const some = choose(choose(nothing, [1, 2, 3], true), [2], false)
    expect([1, 2, 3, 4].map((id) => isChosen(some, id))).toEqual([true, false, true, false])
    expect(sizeOf(some, 100)).toBe(2)
    const all = choose(everything({ classes: [1] }), [7], false)
    expect([isChosen(all, 6), isChosen(all, 7), sizeOf(all, 100)]).toEqual([true, false, 99])
    expect(sameSelection(choose(all, [7], true), everything({ classes: [1] }))).toBe(true)
    expect([isNothing(nothing), isNothing(all), isNothing(choose(some, [1, 3], false))]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('a filter in words', () => {
  const names = {
    classOf: (k: number) => ['cat', 'dog', 'fox'][k] ?? '?',
    shownFact: ({ modelId, conditionId }: { modelId: number; conditionId?: number | undefined }) =>
      `M${modelId}${conditionId ? ' blurred' : ''}`,
    predicted: (_: number, k: number) => `out ${k}`,
    subset: (id: number) => `S${id}`,
    bytes: (value: number) => `${value} B`,
  }

  it('has a chip for each part, and each chip removes only that part', () => {
    const filter = {
      classes: [0, 2],
      tags: ['a', 'b'],
      width: { min: 10 },
      outcomes: [
        { modelId: 1, outcome: 'correct' as const },
        { modelId: 2, conditionId: 5, outcome: 'wrong' as const },
      ],
      rank: [{ modelId: 1, min: 2, max: 5 }],
    }
    const chips = chipsOf(filter, names)
    expect(chips.map((chip) => chip.text)).toEqual([
      'cat or fox',
      'Width from 10 px',
      'Tagged a',
      'Tagged b',
      'M1 right',
      'M2 blurred wrong',
      'M1 rank 2 to 5',
    ])
    expect(chips[2]?.rest).toEqual({ ...filter, tags: ['b'] })
    expect(chips[5]?.rest).toEqual({ ...filter, outcomes: [filter.outcomes[0]] })
    const left = chips.reduce(
      (rest, chip) => chipsOf(rest, names).find((c) => c.key === chip.key)?.rest ?? rest,
      filter as Parameters<typeof chipsOf>[0],
    )
    expect(left).toEqual({})
  })

  it('changes the entry of one model only', () => {
    const one = withFact({}, 'outcomes', { modelId: 1 }, { modelId: 1, outcome: 'wrong' })
    const two = withFact(
      one,
      'outcomes',
      { modelId: 1, conditionId: 3 },
      { modelId: 1, conditionId: 3, outcome: 'correct' },
    )
    expect(two.outcomes).toHaveLength(2)
    expect(withFact(two, 'outcomes', { modelId: 1 }, undefined)).toEqual({
      outcomes: [{ modelId: 1, conditionId: 3, outcome: 'correct' }],
    })
    expect(toggled([1, 2], 2)).toEqual([1])
    expect(toggled([1], 1)).toBeUndefined()
  })
})
