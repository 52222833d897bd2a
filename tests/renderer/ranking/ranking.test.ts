import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Ranking } from '#shared/contract/index.ts'
import { modelRow } from '../setting/model.ts'
import { detailsOf, isBetter, valueText } from '../../../src/renderer/features/ranking/details.ts'
import { rankingNotes, rankingTable } from '../../../src/renderer/features/ranking/export.ts'
import { bestOf, rankingFigure } from '../../../src/renderer/features/ranking/figure.ts'
import { paperTable } from '../../../src/renderer/features/ranking/paper.ts'

const value = (key: string, v: number) => ({
  key,
  value: v,
  interval: { lo: v - 0.1, hi: v + 0.1, level: 0.95 },
  n: 10,
  delta: null,
  condition: null,
  interpolated: false,
  test: null,
  studyId: 1,
})
const ranking: Ranking = {
  metrics: [
    {
      key: 'top1',
      metric: 'clean-accuracy.top1',
      title: 'Top-1',
      dataset: 'val',
      unit: 'fraction',
      better: 'higher',
      images: { least: 10, most: 10 },
    },
    {
      ...{ key: 'mce', metric: 'imagenet-c.mce', title: 'mCE', dataset: 'C' },
      ...{ unit: 'number', better: 'lower', images: { least: 10, most: 10 } },
    },
  ],
  reference: null,
  models: [
    { modelId: 1, title: 'A', values: [value('top1', 0.8), value('mce', 60)] },
    { modelId: 2, title: 'B', values: [value('top1', 0.7), value('mce', 40)] },
    { modelId: 3, title: 'C', values: [value('top1', 0.6)] },
  ],
  reported: [],
}
const models = new Map([modelRow(1, 2e6), modelRow(2, 4e6)].map((m) => [m.id, m]))

describe('the ranking', () => {
  it('knows which end of a metric is best', () => {
    const best = ranking.metrics.map((metric) => bestOf(ranking, metric))
    expect(best).toEqual([0.8, 40])
    const equal = ranking.models.map((model) => ({ ...model, values: [value('top1', 0)] }))
    expect(bestOf({ ...ranking, models: equal }, ranking.metrics[0]!)).toBeNull()
  })

  it('ranks no column whose values are of unequal n, and says so', () => {
    const [first, ...others] = ranking.metrics
    const unequal = { ...ranking, metrics: [{ ...first!, images: { least: 5, most: 10 } }, ...others] }
    expect(bestOf(unequal, unequal.metrics[0]!)).toBeNull()
    expect(rankingNotes(unequal)).toContain('Top-1: n = 5 to 10, unequal and not ranked, val.')
    const table = rankingTable(unequal, false)
    expect(table.columns.map(({ key, better }) => [key, better])).toEqual([
      ['model', undefined],
      ['top1', undefined],
      ['top1 n', undefined],
      ['mce', 'lower'],
    ])
    expect(table.rows[0]?.['top1 n']).toBe(10)
  })

  it('says where a value lies between two conditions, and how it differs from the reference', () => {
    const test = {
      difference: 0.1,
      interval: { lo: 0.05, hi: 0.15, level: 0.95 },
      n: 10,
      p: 0.01,
      adjusted: 0.02,
    }
    const [a, ...others] = ranking.models
    const told = {
      ...ranking,
      reference: 2,
      models: [
        {
          ...a!,
          values: [
            { ...value('top1', 0.8), test },
            { ...value('mce', 60), condition: 'interpolated between 1 and 2', interpolated: true },
          ],
        },
        ...others,
      ],
    }
    const of = (place: number) => told.models[0]!.values[place]!
    expect(valueText(told.metrics[1]!, of(1))).toBe('≈ 60')
    expect(detailsOf(told.metrics[0]!, of(0), 'B')).toContain(
      '+10.0 points against B (+5.0 to +15.0), McNemar’s p = 0.01, Holm’s p = 0.02, on the same 10 images',
    )
    const notes = rankingNotes(told).join(' ')
    expect(notes).toContain('mCE, A: interpolated between 1 and 2.')
    expect(notes).toContain('Top-1, A: +10.0 points against B')
    const csv = rankingTable(told, false, true)
    expect(csv.rows[0]).toMatchObject({
      'top1 n': 10,
      'mce condition': 'interpolated between 1 and 2',
      'top1 p holm': 0.02,
    })
  })

  it('calls a model better or worse than the reference only where a test tells the two apart', () => {
    const [top1, mce] = ranking.metrics
    const tested = (delta: number, adjusted: number) => ({
      ...{ ...value('top1', 0.8), delta },
      test: { difference: delta, interval: null, n: 10, p: adjusted, adjusted },
    })
    expect(isBetter(top1!, tested(0.1, 0.02))).toBe(true)
    expect(isBetter(top1!, tested(-0.1, 0.02))).toBe(false)
    expect(isBetter(top1!, tested(0.1, 0.2))).toBeNull()
    expect(isBetter(mce!, { ...value('mce', 60), delta: 20 })).toBeNull()
  })

  it('plots one metric against another, for the models that have both', () => {
    const spec = rankingFigure(ranking, models, 'mce', 'top1')
    expect(spec.kind).toBe('scatter')
    expect(spec.series.map((s) => s.name)).toEqual(['A', 'B'])
    expect(spec.series[0]?.points[0]).toMatchObject({ x: 60, y: 0.8, lo: 0.8 - 0.1 })
    expect(spec.y.unit).toBe('percent')
  })

  it('plots the paper’s models only where it prints both metrics, on the same scale', () => {
    const printed = (model: string, text: string, v: number) => ({
      ...{ model, text, value: v, unit: '%', source: 'Table 6' },
    })
    const reported = [
      printed('ViT-B', 'ImageNet, top-1', 84),
      printed('ViT-B', 'ImageNet-C, mCE', 50),
      printed('BiT', 'ImageNet-C, mCE', 60),
      printed('BiT', 'something else', 1),
    ]
    const spec = rankingFigure({ ...ranking, reported }, models, 'mce', 'top1', true)
    const paper = spec.series.filter(({ origin }) => origin === 'reported')
    expect(paper.map(({ name, points }) => [name, points[0]])).toEqual([['ViT-B', { x: 50, y: 0.84 }]])
    expect(rankingFigure({ ...ranking, reported }, models, 'parameters', 'top1', true).series).toHaveLength(2)
    const table = paperTable({ reported })
    expect(table.columns.map(({ metric }) => metric)).toEqual(['clean-accuracy.top1', 'imagenet-c.mce'])
    expect(table.rows.map(({ model, values }) => [model, values.size])).toEqual([
      ['ViT-B', 2],
      ['BiT', 1],
    ])
  })

  it('has a column for every value of Table 5', () => {
    const file = new URL('../../../resources/paper/tables.json', import.meta.url)
    const printed = z
      .object({
        rows: z.array(
          z.object({
            source: z.string(),
            model: z.string(),
            dataset: z.string(),
            metric: z.string(),
            value: z.number().nullable(),
            unit: z.string(),
          }),
        ),
      })
      .parse(JSON.parse(readFileSync(file, 'utf8')))
      .rows.filter(({ source }) => source === 'Table 5')
    const reported = printed.map(({ dataset, metric, ...row }) => ({ ...row, text: `${dataset}, ${metric}` }))
    const { columns, rows } = paperTable({ reported })
    expect(columns).toHaveLength(6)
    expect(rows.map(({ model, values }) => [model, values.size])).toEqual([
      ['RepLKNet-31B', 6],
      ['ViT-B', 6],
      ['RepLKNet-3B', 6],
    ])
  })

  it('is exported with separate columns for intervals and differences', () => {
    const table = rankingTable({ ...ranking, reference: 2 }, true)
    expect(table.columns.slice(0, 5).map(({ title }) => title)).toEqual([
      ...['Model', 'Top-1', '95 % from', 'to', 'minus B'],
    ])
    expect(table.rows[2]).toMatchObject({ model: 'C', top1: 0.6, 'top1 hi': 0.7, mce: null })
    expect(rankingTable(ranking, false).columns).toHaveLength(3)
    const all = rankingTable({ ...ranking, reference: 2 }, true, true).columns
    expect(all.filter(({ key }) => key.startsWith('top1')).map(({ key, kind, p }) => [key, kind, p])).toEqual(
      [
        ['top1', 'fraction', undefined],
        ['top1 lo', 'fraction', undefined],
        ['top1 hi', 'fraction', undefined],
        ['top1 delta', 'points', undefined],
        ['top1 n', 'integer', undefined],
        ['top1 condition', 'text', undefined],
        ['top1 delta lo', 'points', undefined],
        ['top1 delta hi', 'points', undefined],
        ['top1 p', 'number', true],
        ['top1 p holm', 'number', true],
      ],
    )
  })

  it('plots a metric against the size of the models', () => {
    const spec = rankingFigure(ranking, models, 'parameters', 'top1')
    expect(spec.series.map((s) => s.points[0]?.x)).toEqual([2, 4])
    expect(rankingFigure(ranking, models, 'kernel', 'top1').series).toEqual([])
  })
})
