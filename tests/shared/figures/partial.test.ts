import { describe, expect, it } from 'vitest'
import { figureCaption } from '#shared/figures/caption.ts'
import { toOption } from '#shared/figures/option.ts'
import { isPartial, standsOnText } from '#shared/figures/partial.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import { specToTable } from '#shared/figures/table.ts'
import { paperTheme } from '#shared/figures/theme.ts'
import { bars, curves } from './specs.ts'

/** The figure with another point in the first place of its first series. */
const begunWith = (spec: FigureSpec, point: Partial<Point>): FigureSpec => ({
  ...spec,
  series: spec.series.map((series, place) =>
    place > 0
      ? series
      : { ...series, points: series.points.map((own, at) => (at > 0 ? own : { ...own, ...point })) },
  ),
})
const begun = begunWith(curves, { n: 50, of: 320 })

describe('a point that stands on less than was planned', () => {
  it('says on what it stands', () => {
    expect(standsOnText({ x: 0, y: 1, n: 50, of: 320 })).toBe('n = 50 of 320')
    expect(standsOnText({ x: 0, y: 1, n: 50, draws: { n: 1, of: 3 } })).toBe('n = 50, 1 of 3 draws')
    expect(standsOnText({ x: 0, y: 1, n: 50 })).toBe('n = 50')
    expect(isPartial({ x: 0, y: 1, n: 50 })).toBe(false)
  })

  it('is an open symbol or a pale bar; the other points stay as they are', () => {
    const first = (spec: FigureSpec) => {
      const { series } = toOption(spec, paperTheme())
      return (series as { data: unknown[] }[])[0]?.data
    }
    const [partial, ...others] = first(begun) ?? []
    expect(partial).toMatchObject({
      value: [0, 0.9],
      itemStyle: { borderWidth: expect.any(Number) as number },
    })
    expect(others).toEqual(first(curves)?.slice(1))
    expect(first(begunWith(bars, { n: 5, of: 10 }))?.[0]).toMatchObject({ itemStyle: { opacity: 0.4 } })
  })

  it('has the planned number in tables and a sentence in captions, which whole figures do not have', () => {
    const { columns, rows } = specToTable(begun)
    expect(columns.map(({ key }) => key)).toContain('of')
    expect(rows.slice(0, 2).map(({ n, of }) => [n, of])).toEqual([
      [50, 320],
      [320, 320],
    ])
    expect(figureCaption(begun)).toContain('Open symbols: not all images measured yet.')
    expect(figureCaption(begunWith(bars, { n: 5, of: 10 }))).toContain('Pale bars: not all')
    expect(specToTable(curves).columns.map(({ key }) => key)).not.toContain('of')
    expect(figureCaption(curves)).not.toContain('Open symbols')
  })
})
