import { describe, expect, it } from 'vitest'
import type { Model, Ranking } from '#shared/contract/index.ts'
import { bestOf, rankingFigure } from '../../src/renderer/ranking/figure.ts'

const value = (key: string, v: number) => ({
  key,
  value: v,
  interval: { lo: v - 0.1, hi: v + 0.1, level: 0.95 },
  n: 10,
  delta: null,
  studyId: 1,
})
const ranking: Ranking = {
  metrics: [
    { key: 'top1', title: 'Top-1', unit: 'fraction', better: 'higher' },
    { key: 'mce', title: 'mCE', unit: 'number', better: 'lower' },
  ],
  reference: null,
  models: [
    { modelId: 1, title: 'A', values: [value('top1', 0.8), value('mce', 60)] },
    { modelId: 2, title: 'B', values: [value('top1', 0.7), value('mce', 40)] },
    { modelId: 3, title: 'C', values: [value('top1', 0.6)] },
  ],
  reported: [],
}
const model = (id: number, parameters: number): Model => ({
  id,
  title: '',
  role: 'classifier',
  path: '',
  digest: '',
  bytes: 0,
  family: 'unknown',
  parameters,
  macs: null,
  classes: 16,
  largestKernel: null,
  preprocessing: {
    size: [96, 96],
    resize: 'none',
    resizeTo: null,
    interpolation: 'bilinear',
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  labelSet: 'own',
  note: '',
  problem: null,
  addedAt: 0,
})
const models = new Map([model(1, 2e6), model(2, 4e6)].map((m) => [m.id, m]))

describe('the ranking', () => {
  it('knows which end of a metric is best', () => {
    const best = ranking.metrics.map((metric) => bestOf(ranking, metric))
    expect(best).toEqual([0.8, 40])
  })

  it('draws one metric against another, for the models that have both', () => {
    const spec = rankingFigure(ranking, models, 'mce', 'top1')
    expect(spec.kind).toBe('scatter')
    expect(spec.series.map((s) => s.name)).toEqual(['A', 'B'])
    expect(spec.series[0]?.points[0]).toMatchObject({ x: 60, y: 0.8, lo: 0.8 - 0.1 })
    expect(spec.y.unit).toBe('percent')
  })

  it('draws a metric against the size of the models', () => {
    const spec = rankingFigure(ranking, models, 'parameters', 'top1')
    expect(spec.series.map((s) => s.points[0]?.x)).toEqual([2, 4])
    expect(rankingFigure(ranking, models, 'kernel', 'top1').series).toEqual([])
  })
})
