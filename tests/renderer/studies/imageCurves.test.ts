import { describe, expect, it } from 'vitest'
import type { StudyImageRow } from '#shared/contract/index.ts'
import {
  alongWay,
  failureText,
  firstFailure,
  imageAxis as axisOf,
  imageFigure,
  imageTable,
  waysOf,
} from '../../../src/renderer/features/studies/images/imageCurves.ts'
import { droppedWords, wordsFor } from '../../words.ts'

const row = (
  modelId: number,
  percent: number,
  repeat: number,
  correct: boolean,
  p: number,
): StudyImageRow => ({
  modelId,
  key: `percent=${percent},repeat=${repeat}`,
  params: { percent, repeat },
  conditionId: 10 + percent + repeat,
  ...droppedWords(percent, repeat),
  unchangedModel: true,
  correct,
  predicted: 3,
  label: 'cat',
  confidence: 0.8,
  trueProbability: p,
  trueRank: correct ? 1 : 4,
})
const rows = [
  row(1, 50, 0, true, 0.6),
  row(1, 50, 1, false, 0.2),
  row(1, 50, 2, false, 0.1),
  row(1, 0, 0, true, 0.9),
  row(2, 0, 0, true, 0.8),
  row(2, 50, 0, true, 0.7),
]
const dropped = 'Dropped (%)'
/** The axis where everything planned is measured. */
const imageAxis = (all: readonly StudyImageRow[], title: string | null) => axisOf(all, title, all)
const models = [
  { id: 1, title: 'A' },
  { id: 2, title: 'B' },
]

describe('one image through a study', () => {
  const axis = imageAxis(rows, dropped)

  it('finds the axis and puts the conditions in its order', () => {
    expect(axis.title).toBe('Dropped (%)')
    expect(axis.conditions.map((c) => c.key)).toEqual([
      'percent=0,repeat=0',
      'percent=50,repeat=0',
      'percent=50,repeat=1',
      'percent=50,repeat=2',
    ])
  })

  it('names repeats only where there are several', () => {
    expect(axis.conditions[1]?.title).toBe('50 % dropped, draw 1')
    expect(
      imageAxis(
        rows.filter((r) => r.params['repeat'] === 0).map((r) => ({ ...r, draw: null })),
        dropped,
      ).conditions[1]?.title,
    ).toBe('50 % dropped')
  })

  it('lists every condition with the prediction of every model, empty where one was not measured', () => {
    const table = imageTable(axis, models)
    expect(table.columns.map(({ title }) => title)).toEqual([
      'Condition',
      ...['A', 'Probability', 'Rank'],
      ...['B', 'Probability', 'Rank'],
    ])
    expect(table.rows).toHaveLength(4)
    expect(table.rows[2]).toEqual({
      condition: '50 % dropped, draw 2',
      answer1: 'cat',
      probability1: 0.2,
      rank1: 4,
      answer2: null,
      probability2: null,
      rank2: null,
    })
    expect(table.rows[0]).toMatchObject({ answer1: 'right', rank1: 1, answer2: 'right', probability2: 0.8 })
  })

  it('plots mean and range of the true class for every model', () => {
    const [a, b] = imageFigure(axis, models, 'probability').series
    expect(a?.points.map((p) => p.x)).toEqual([0, 50])
    expect(a?.points[1]?.y).toBeCloseTo(0.3, 12)
    expect(a?.points[1]).toMatchObject({ lo: 0.1, hi: 0.6, n: 3 })
    expect(b?.points[1]).toEqual({ x: 50, y: 0.7, n: 1, ref: '2|percent=50,repeat=0' })
    expect(imageFigure(axis, models, 'rank').series[0]?.points[1]?.y).toBe(3)
  })

  it('says where a model first fails: where most draws are wrong', () => {
    expect(firstFailure(axis, 1)?.x).toBe(50)
    expect(failureText(axis, 1)).toBe('wrong from 50 %')
    expect(failureText(axis, 2)).toBe('right throughout')
    const lost = imageAxis([row(1, 0, 0, false, 0.2), row(1, 50, 0, false, 0.1)], dropped)
    expect(failureText(lost, 1)).toBe('wrong on the unchanged image')
  })

  it('says that it is right throughout only where everything planned was measured and judged', () => {
    const planned = [0, 50, 90].flatMap((percent) => [
      row(1, percent, 0, true, 1),
      row(2, percent, 0, true, 1),
    ])
    const begun = axisOf([row(1, 0, 0, true, 0.9)], dropped, planned)
    expect(begun.conditions.map(({ rows: of }) => of.length)).toEqual([1, 0, 0])
    expect(failureText(begun, 1)).toBe('right so far; 1 of 3 conditions measured')
    expect(failureText(begun, 2)).toBe('not measured')
    const failed = axisOf([row(1, 0, 0, true, 0.9), row(1, 90, 0, false, 0.1)], dropped, planned)
    expect(failureText(failed, 1)).toBe('wrong from 90 %; 2 of 3 conditions measured')
    const unjudged = planned.map((one) => ({ ...one, correct: null }))
    expect(failureText(axisOf(unjudged, dropped, planned), 1)).toBe('not judged')
  })

  it('plots one way of changing the image at a time, each with the unchanged image', () => {
    const change = (mode: string, percent: number, p: number): StudyImageRow => ({
      ...row(1, percent, 0, p > 0.5, p),
      key: mode === 'clean' ? 'clean' : `${mode},percent=${percent}`,
      ...wordsFor(mode, { way: mode, baseline: mode === 'clean', x: percent, place: `${percent} %` }),
    })
    const both = imageAxis(
      [change('clean', 0, 0.9), change('salient', 50, 0.1), change('non-salient', 50, 0.8)],
      dropped,
    )
    expect(waysOf(both)).toEqual(['salient', 'non-salient'])
    const pointsOf = (way: string) =>
      imageFigure(alongWay(both, way), models, 'probability').series[0]?.points.map(({ x, y }) => [x, y])
    expect(pointsOf('salient')).toEqual([
      [0, 0.9],
      [50, 0.1],
    ])
    expect(pointsOf('non-salient')).toEqual([
      [0, 0.9],
      [50, 0.8],
    ])
    expect(firstFailure(alongWay(both, 'salient'), 1)?.x).toBe(50)
    expect(firstFailure(alongWay(both, 'non-salient'), 1)).toBeNull()
  })

  it('plots bands of noise over their frequency', () => {
    const noise = (centre: number) => ({
      ...row(1, 0, 0, true, 0.5),
      key: `centre=${centre}`,
      ...wordsFor(`centre=${centre}`, { x: centre / 1000, place: `${centre / 1000}π` }),
    })
    const figure = imageFigure(imageAxis([noise(200), noise(600)], 'Frequency (π)'), models, 'probability')
    expect(figure.x.label).toBe('Frequency (π)')
    expect(figure.series[0]?.points.map(({ x }) => x)).toEqual([0.2, 0.6])
  })

  it('puts conditions without an axis in their order', () => {
    const named = ['clean', 'only_fg'].map((key) => ({
      ...row(1, 0, 0, true, 0.5),
      key,
      ...wordsFor(key),
    }))
    const spec = imageFigure(imageAxis(named, null), models, 'probability')
    expect(spec.x).toMatchObject({ scale: 'category', categories: ['clean', 'only_fg'] })
    expect(spec.series[0]?.points.map((p) => p.x)).toEqual([0, 1])
  })
})
