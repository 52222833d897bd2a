import { describe, expect, it } from 'vitest'
import type { Ranking } from '#shared/contract/index.ts'
import {
  effectiveRobustness,
  robustnessFigure,
  robustnessNotes,
  robustnessTable,
} from '#shared/effectiveRobustness.ts'
import { accuracyLine, onLine } from '#shared/maths/accuracyLine.ts'
import { studentQuantile } from '#shared/maths/student.ts'

describe('Student’s t', () => {
  it('has the quantiles of its closed forms for one, two and four degrees of freedom', () => {
    for (const p of [0.6, 0.9, 0.975, 0.9995]) {
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 8)
      const alpha = 4 * p * (1 - p)
      expect(studentQuantile(p, 2)).toBeCloseTo((2 * (p - 0.5) * Math.SQRT2) / Math.sqrt(alpha), 9)
      const q = Math.cos(Math.acos(Math.sqrt(alpha)) / 3) / Math.sqrt(alpha)
      expect(studentQuantile(p, 4)).toBeCloseTo(2 * Math.sqrt(q - 1), 9)
    }
    expect(studentQuantile(0.025, 10)).toBeCloseTo(-2.228138852, 8)
    expect(studentQuantile(0.975, 1e6)).toBeCloseTo(1.959966, 5)
    expect(() => studentQuantile(1, 3)).toThrow(RangeError)
  })
})

const logit = (p: number) => Math.log(p / (1 - p))
const back = (x: number) => 1 / (1 + Math.exp(-x))

describe('the line through accuracies', () => {
  it('is that of the logits, and gives published lines back', () => {
    // The line of ImageNet-Sketch, published with the testbed: ResNet-50 has 76.13 % and 24.09 %.
    const [slope, intercept] = [1.0709154135668684, -2.370072912552283]
    const points = [0.56, 0.7, 0.76, 0.8].map((x) => ({ x, y: back(slope * logit(x) + intercept) }))
    const line = accuracyLine(points, 'logit')
    expect(line?.slope).toBeCloseTo(slope, 10)
    expect(line?.intercept).toBeCloseTo(intercept, 10)
    expect(line?.r2).toBeCloseTo(1, 12)
    const resnet = line && onLine(line, 0.7613)
    expect(resnet?.value).toBeCloseTo(back(slope * logit(0.7613) + intercept), 12)
  })

  it('has the textbook interval on the scale', () => {
    // Four points whose logits are 0, 1, 2, 3 against 1, 2, 2, 4: slope 0.9, intercept 0.9, residual sum 0.7.
    const points = [0, 1, 2, 3].map((x, at) => ({ x: back(x), y: back([1, 2, 2, 4][at] ?? 0) }))
    const line = accuracyLine(points, 'logit')
    expect(line?.slope).toBeCloseTo(0.9, 10)
    expect(line?.intercept).toBeCloseTo(0.9, 10)
    expect(line?.error).toBeCloseTo(Math.sqrt(0.7 / 2), 10)
    const width = 4.30265273 * Math.sqrt(0.35) * Math.sqrt(1 / 4 + 1.5 ** 2 / 5)
    const found = line && onLine(line, back(3))
    expect(logit(found?.interval?.lo ?? 0)).toBeCloseTo(3.6 - width, 6)
    expect(logit(found?.interval?.hi ?? 0)).toBeCloseTo(3.6 + width, 6)
  })

  it('leaves accuracies of 0 and 1 out, and is none where there is nothing to fit', () => {
    const points = [
      { x: 0.5, y: 0.25 },
      { x: 0.8, y: 0.5 },
      { x: 1, y: 0.9 },
      { x: 0.6, y: 0 },
    ]
    expect(accuracyLine(points, 'probit')?.n).toBe(2)
    const same = points.map(({ y }) => ({ x: 0.5, y }))
    expect(accuracyLine(same, 'logit')).toBeNull()
    expect(accuracyLine([], 'logit')).toBeNull()
  })
})

const value = (key: string, v: number) => ({
  ...{ key, value: v, interval: null, n: 10, delta: null, condition: null, interpolated: false },
  ...{ test: null, studyId: 1 },
})
const column = (key: string) => ({
  ...{ key, metric: key, title: key.toUpperCase(), dataset: key, images: { least: 10, most: 10 } },
  ...{ unit: 'fraction' as const, better: 'higher' as const },
})
const ranking = (pairs: readonly (readonly [number, number])[]): Ranking => ({
  metrics: [column('val'), column('v2'), { ...column('mce'), unit: 'number', better: 'lower' }],
  reference: null,
  models: pairs.map(([x, y], at) => ({
    modelId: at + 1,
    title: `M${at + 1}`,
    values: [value('val', x), value('v2', y)],
  })),
  reported: [],
})

describe('effective robustness', () => {
  const pairs = [
    [0.6, 0.45],
    [0.7, 0.57],
    [0.8, 0.69],
    [0.75, 0.74],
    [0.9, 1],
  ] as const

  it('is the distance from the line, with what the line of the others says', () => {
    const found = effectiveRobustness(ranking(pairs), 'val', 'v2', 'logit')
    expect(found?.outside).toEqual(['M5'])
    const used = pairs.slice(0, 4)
    const [lx, ly] = [used.map(([x]) => logit(x)), used.map(([, y]) => logit(y))]
    const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length
    const slope =
      lx.reduce((sum, x, at) => sum + (x - mean(lx)) * ((ly[at] ?? 0) - mean(ly)), 0) /
      lx.reduce((sum, x) => sum + (x - mean(lx)) ** 2, 0)
    const deviation = 0.74 - back(mean(ly) + slope * (logit(0.75) - mean(lx)))
    const best = found?.models.find(({ title }) => title === 'M4')
    expect(best?.effective).toBeCloseTo(deviation, 12)
    // The model pulls the line of all towards itself.
    expect(best?.fromOthers).toBeGreaterThan(best?.effective ?? 1)
    const table = found && robustnessTable(found)
    expect(table?.rows[0]?.['model']).toBe('M4')
    for (const row of table?.rows ?? []) {
      expect(Number(row['effectiveLo'])).toBeLessThan(Number(row['effective']))
      expect(Number(row['effectiveHi'])).toBeGreaterThan(Number(row['effective']))
    }
    expect(found && robustnessNotes(found).join(' ')).toContain('over 4 models')
    const figure = found && robustnessFigure(found)
    expect(figure?.series.map(({ name }) => name)).toEqual(['Line', 'y = x', 'M1', 'M2', 'M3', 'M4'])
    expect(figure?.series[0]?.points.every(({ y, lo = 1, hi = 0 }) => lo < (y ?? 0) && (y ?? 1) < hi)).toBe(
      true,
    )
  })

  it('is not given for two models, for other scores, or for a column against itself', () => {
    const one = ranking(pairs.slice(0, 2))
    expect(effectiveRobustness(one, 'val', 'v2', 'logit')).toBeNull()
    for (const [x, y] of [
      ['val', 'mce'],
      ['val', 'val'],
      ['nothing', 'v2'],
    ] as const)
      expect(effectiveRobustness(ranking(pairs), x, y, 'logit')).toBeNull()
  })
})
