import { describe, expect, it } from 'vitest'
import { wilson } from '#shared/maths/wilson.ts'
import type { StudyCondition } from '#shared/contract/index.ts'
import type { Grid } from '#engine/studies/definition/index.ts'
import { metricAt } from '#engine/studies/summary/metrics.ts'
import { droppedOf } from '#engine/studies/kinds/dropped.ts'
import { changeOf, levelSeries } from '#engine/studies/summary/levels.ts'
import { droppedWords } from '../../words.ts'

const n = 100

const cell = (percent: number, repeat: number, correct: number): StudyCondition => ({
  modelId: 1,
  model: 'net',
  key: `percent=${percent},repeat=${repeat}`,
  params: { percent, repeat },
  conditionIds: [],
  ...droppedWords(percent, repeat),
  attacked: false,
  unchangedModel: true,
  n,
  correct,
  correct5: n,
  top1: correct / n,
  top5: 1,
  interval: wilson(correct, n, 0.95),
  failed: 0,
  missing: 0,
})

const cells = [cell(0, 0, 80), cell(50, 0, 40), cell(50, 1, 50)]

const grid = (whole: (one: StudyCondition) => boolean): Grid => ({
  models: [
    {
      id: 1,
      title: 'net',
      conditions: [],
      variantOf: () => null,
      classes: [],
      largestKernel: null,
      ownPreprocessing: true,
    },
  ],
  cells,
  images: n,
  complete: false,
  answers: { measured: 0, failed: 0, of: 0 },
  measured: [],
  missing: 0,
  whole,
  perClass: () => [],
  confusion: () => [],
  tests: [],
  pairs: () => null,
  lostShare: () => null,
  known: () => Promise.resolve(null),
})

const percentOf = ({ params }: StudyCondition) => Number(params['percent'])

it('gives a level of one cell its Wilson interval, and a level of several cells their range', async () => {
  const [line] = await levelSeries(
    grid(() => true),
    percentOf,
    { repeats: 2 },
  )
  const interval = wilson(80, n, 0.95)
  expect(line?.points).toMatchObject([
    { y: 0.8, lo: interval.lo, hi: interval.hi },
    { y: 0.45, lo: 0.4, hi: 0.5 },
  ])
  expect(line?.bandLabel).toBe('min to max of 2 draws')
  expect(line?.points.map(({ rangeLabel }) => rangeLabel)).toContain('95 % Wilson interval of one draw')
})

it('computes changes of whole cells only', async () => {
  const half = grid(({ key }) => key !== 'percent=50,repeat=1')
  const change = await levelSeries(half, percentOf, { repeats: 2, change: true })
  expect(change[0]?.points.map(({ x, y }) => [x, y])).toEqual([[0, 0]])
  expect(cells.map((one) => changeOf(half, one))).toEqual([0, -0.4, null])
  const unclean = grid(({ key }) => key !== 'percent=0,repeat=0')
  const without = await levelSeries(unclean, percentOf, { repeats: 2, change: true })
  expect(without[0]?.points).toEqual([])
  expect(cells.map((one) => changeOf(unclean, one))).toEqual([null, null, null])
})

it('says where a level lacks images or draws, and counts the fewest images of a draw', async () => {
  const some: Grid = {
    ...grid(() => false),
    cells: [
      { ...cell(0, 0, 8), n: 10, missing: 90 },
      cell(50, 0, 40),
      { ...cell(50, 1, 0), n: 0, top1: null, missing: n },
      cell(90, 0, 10),
    ],
  }
  const [line] = await levelSeries(some, percentOf, { repeats: 2 })
  expect(line?.points.map(({ n: count, of, draws }) => ({ count, of, draws }))).toEqual([
    { count: 10, of: 100, draws: undefined },
    { count: 100, of: undefined, draws: { n: 1, of: 2 } },
    { count: 100, of: undefined, draws: undefined },
  ])
})

it('shows what is known of means and changes while images are missing', async () => {
  const asked: [string, number][][] = []
  const unfinished: Grid = {
    ...grid(() => false),
    known: (terms, over) => {
      asked.push(terms.map(({ cell: { key }, weight }) => [key, weight]))
      return Promise.resolve({ lo: -0.5, hi: -0.2, level: 0.95, n: 40, of: 100, estimate: -0.6 / over })
    },
  }
  const [mean] = await levelSeries(unfinished, percentOf, { repeats: 2 })
  expect(mean?.points[1]).toMatchObject({ y: 0.45, all: { lo: -0.5, hi: -0.2 } })
  const [change] = await levelSeries(unfinished, percentOf, { repeats: 2, change: true })
  expect(change?.points).toEqual([
    { x: 50, y: -0.3, n: 40, of: 100, all: { lo: -0.5, hi: -0.2 }, ref: '1|percent=50,repeat=0' },
  ])
  const draws: [string, number][] = [0, 1].map((repeat) => [`percent=50,repeat=${repeat}`, 1])
  expect(asked).toEqual([draws, [...draws, ['percent=0,repeat=0', -2]]])
})

describe('a metric at a position of an axis', () => {
  const metric = (value: number | null, images = 100) => ({
    ...{ key: 'k', title: 't', unit: 'fraction' as const, better: 'higher' as const, modelId: 1 },
    ...{ value, interval: null, n: images, cell: 'c' },
  })
  const levels = [
    { x: 0.5, place: '3 of 6', draws: [metric(0.3), metric(0.5, 90)] },
    { x: 0, place: '0 of 6', draws: [metric(0.9)] },
    { x: 1 / 6, place: '1 of 6', draws: [metric(0.8)] },
  ]

  it('is that of the position where it was measured', () => {
    expect(metricAt(levels, 0.5)).toMatchObject([{ value: 0.4, n: 90, condition: '3 of 6, mean of 2 draws' }])
    expect(metricAt(levels, 1 / 6)[0]).toMatchObject({ value: 0.8, cell: 'c' })
  })

  it('lies on the line between the neighbours elsewhere, and says so; outside of them there is none', () => {
    // Half-way between 1/6 and 3/6.
    const [third] = metricAt(levels, 1 / 3)
    expect(third?.value).toBeCloseTo(0.6, 12)
    expect(third).toMatchObject({
      ...{ n: 90, interval: null, interpolated: true },
      condition: 'interpolated between 1 of 6 and 3 of 6',
    })
    expect(third).not.toHaveProperty('cell')
    expect(metricAt(levels, 0.6)).toEqual([])
    expect(metricAt([], 0.5)).toEqual([])
  })
})

it('counts the patches that are dropped of the grid of a model, rounded down', () => {
  const net = (side: number) => {
    const size: [number, number] = [side, side]
    return { preprocessing: { size } } as Parameters<typeof droppedOf>[0]
  }
  expect(droppedOf(net(224), 16, 10)).toEqual({ dropped: 19, patches: 196 })
  expect(droppedOf(net(32), 16, 20)).toEqual({ dropped: 0, patches: 4 })
  expect(droppedOf(net(32), 16, 50)).toEqual({ dropped: 2, patches: 4 })
})
