import { describe, expect, it } from 'vitest'
import { figureCaption } from '#shared/figures/caption.ts'
import { newPanel, panelSpec } from '#shared/figures/compose/index.ts'
import { sequenceLabel, unfinishedText, withChoice, withIntervals } from '#shared/figures/intervals.ts'
import { shownDomain } from '#shared/figures/layout/domain.ts'
import { frameOf, toOption } from '#shared/figures/option.ts'
import { defaultPlotStyle } from '#shared/figures/plotStyle.ts'
import { drawnSeries } from '#shared/figures/points.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import { specToTable } from '#shared/figures/table.ts'
import { paperTheme, screenTheme } from '#shared/figures/theme.ts'
import { bars, curves } from './specs.ts'

const open = { n: 1488, of: 5040, all: { lo: 0.2, hi: 0.97 } }

/** The figure with these points of its first series unfinished. */
const unfinished = (spec: FigureSpec, ...places: number[]): FigureSpec => ({
  ...spec,
  series: spec.series.map((series, at) =>
    at > 0
      ? series
      : {
          ...series,
          bandLabel: '95 % Wilson interval',
          points: series.points.map((point, place): Point =>
            places.includes(place) ? { ...point, ...open } : point,
          ),
        },
  ),
})
const begun = unfinished(curves, 0, 1, 2)
const rangesOf = (spec: FigureSpec) =>
  drawnSeries(spec)[0]?.points.map(({ lo, hi, rangeLabel }) => [lo, hi, rangeLabel])

describe('the ranges of an unfinished figure', () => {
  it('are confidence sequences, on which the axis ends, and say so under the plot and in the caption', () => {
    expect(rangesOf(begun)).toEqual(Array.from({ length: 3 }, () => [0.2, 0.97, undefined]))
    expect(shownDomain(begun, 'y').max).toBe(0.97)
    expect(figureCaption(begun)).toContain(`Bands: ${sequenceLabel}.`)
    expect(figureCaption(begun)).not.toContain('Wilson')
    expect(unfinishedText(begun)).toBe(`n = 1,488 of 5,040; ${sequenceLabel}`)
    expect(unfinishedText(unfinished(bars, 0))).toBe(`n = 1,488 of 5,040; ${sequenceLabel}`)
  })

  it('are those of a complete figure where that is asked, and are told as such', () => {
    const once = withChoice(begun, 'complete')
    expect(rangesOf(once)).toEqual(rangesOf(withChoice(unfinished(curves), 'complete')))
    expect(figureCaption(once)).toContain('Bands: 95 % Wilson interval.')
    expect(unfinishedText(once)).toBe('n = 1,488 of 5,040; 95 % Wilson interval')
    expect(
      panelSpec(begun, { ...newPanel('a', { kind: 'data', spec: begun }), intervals: 'complete' }),
    ).toEqual(once)
  })

  it('are told point by point where only some points are unfinished', () => {
    expect(rangesOf(unfinished(curves, 1))).toEqual([
      [0.88, 0.91, undefined],
      [0.2, 0.97, sequenceLabel],
      [0.1, 0.3, undefined],
    ])
    const mostly = unfinished(curves, 1, 2)
    expect(rangesOf(mostly)).toEqual([
      [0.88, 0.91, '95 % Wilson interval'],
      [0.2, 0.97, undefined],
      [0.2, 0.97, undefined],
    ])
    expect(withIntervals(withIntervals(mostly))).toEqual(withIntervals(mostly))
  })

  it('stay as they are in a complete figure, which has no note and no more columns', () => {
    expect(withIntervals(curves)).toBe(curves)
    expect(withChoice(curves, 'complete')).toBe(curves)
    expect(unfinishedText(curves)).toBe(null)
    expect(frameOf(curves, paperTheme(), { width: 300, height: null }).note).toEqual([])
    expect(specToTable(curves).columns.map(({ key }) => key)).not.toContain('completeLo')
  })

  it('are in the data: what is drawn first, then both', () => {
    const [row] = specToTable(begun).rows
    expect(row).toMatchObject({ lo: 0.2, hi: 0.97, range: sequenceLabel, n: 1488, of: 5040 })
    expect(row).toMatchObject({ allLo: 0.2, allHi: 0.97, completeLo: 0.88, completeHi: 0.91 })
    const [once] = specToTable(withChoice(begun, 'complete')).rows
    expect(once).toMatchObject({ lo: 0.88, hi: 0.91, range: '95 % Wilson interval', allLo: 0.2 })
  })
})

describe('the note under an unfinished plot', () => {
  it('has a place of its own, and is left out where no ranges are drawn', () => {
    const theme = paperTheme()
    const size = { width: 300, height: 200 }
    const [noted, plain] = [frameOf(begun, theme, size), frameOf(curves, theme, size)]
    expect(noted.note.join(' ')).toBe(unfinishedText(begun))
    expect(noted.insets.bottom).toBeGreaterThan(plain.insets.bottom)
    expect(frameOf(begun, theme, size, { ...defaultPlotStyle, ranges: 'none' }).note).toEqual([])
  })
})

describe('the tooltip of an unfinished point', () => {
  const html = (spec: FigureSpec) => {
    const { tooltip } = toOption(spec, screenTheme('light'))
    const { formatter } = tooltip as { formatter: (params: unknown) => string }
    return formatter([{ seriesId: 'a', dataIndex: 0 }])
  }
  it('has both ranges', () => {
    expect(html(begun)).toContain('20.0 % to 97.0 %')
    expect(html(begun)).toContain(
      `${sequenceLabel}, 95 % Wilson interval: 88.0 % to 91.0 %, n = 1,488 of 5,040`,
    )
    expect(html(withChoice(begun, 'complete'))).toContain(
      '95 % Wilson interval, all images: 20.0 % to 97.0 %',
    )
  })
})
