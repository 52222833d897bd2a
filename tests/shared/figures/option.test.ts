import * as echarts from 'echarts'
import { describe, expect, it } from 'vitest'
import { escapeMarkup } from '#shared/figures/tooltip.ts'
import { mark } from '#shared/figures/palette.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import { defaultPlotStyle } from '#shared/figures/plotStyle.ts'
import { bandSegments } from '#shared/figures/points.ts'
import { toOption } from '#shared/figures/option.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { specToTable } from '#shared/figures/table.ts'
import { paperTheme, screenTheme } from '#shared/figures/theme.ts'
import { bars, curves, matrix } from './specs.ts'

interface Drawn {
  id?: string
  type?: string
  name?: string
  data?: unknown[]
  progressive?: number
  itemStyle?: { color?: string; borderColor?: string }
  lineStyle?: { type?: unknown }
}

const paper = paperTheme()

function seriesOf(spec: FigureSpec, theme = paper): Drawn[] {
  const { series } = toOption(spec, theme)
  return Array.isArray(series) ? (series as Drawn[]) : []
}

function svgOf(spec: FigureSpec, size = { width: 234, height: 160 }): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(toOption(spec, paper, size))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** Texts of an SVG in their order. */
const textsIn = (svg: string) =>
  [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text = '']) => text.trim())

/** Corner points in pixels of the filled shapes that have the opacity of a band. */
function bandsIn(svg: string): number[][][] {
  return [...svg.matchAll(/<polygon points="([^"]+)"[^>]*fill-opacity="0.18"/g)].map(([, list = '']) => {
    const numbers = list.split(' ').map(Number)
    return numbers.flatMap((x, at) => (at % 2 === 0 ? [[x, numbers[at + 1] ?? Number.NaN]] : []))
  })
}

describe('toOption', () => {
  it('draws lines, bands and references as data that leads back to the points', () => {
    expect(toOption(curves, paper)).toMatchSnapshot()
  })

  it('draws bars with error bars', () => {
    expect(toOption(bars, paper)).toMatchSnapshot()
  })

  it.each([234, 600])('sets error bars on their bars, in a plot of %i px', (width) => {
    const [first] = bars.series
    if (!first) throw new Error('no bars')
    const points = first.points.slice(0, 1)
    const series = [0, 1, 2].map((slot) => ({ ...first, id: `s${slot}`, name: `s${slot}`, slot, points }))
    const svg = svgOf(
      { ...bars, x: { ...bars.x, categories: ['One'] }, series, references: [] },
      { width, height: 160 },
    )
    const drawn = [...svg.matchAll(/<path d="([^"]+)"[^>]*ecmeta_ssr_type="chart"/g)].map(([, d = '']) => d)
    const rects = drawn.flatMap((d) => {
      const [, x, w] = /^M([\d.]+) [\d.]+l([\d.]+) 0/.exec(d) ?? []
      return x === undefined ? [] : [Number(x) + Number(w) / 2]
    })
    const upright = drawn.flatMap((d) => {
      const [, from, to] = /^M([\d.]+) [\d.]+L([\d.]+) [\d.]+$/.exec(d) ?? []
      return from !== undefined && from === to ? [Number(from)] : []
    })
    expect(rects).toHaveLength(3)
    expect(upright).toHaveLength(3)
    for (const [at, centre] of rects.entries())
      expect(Math.abs((upright[at] ?? NaN) - centre)).toBeLessThan(0.5)
  })

  it('is pure: two calls give equal options and leave the spec alone', () => {
    const before = structuredClone(curves)
    expect(JSON.stringify(toOption(curves, paper))).toBe(JSON.stringify(toOption(curves, paper)))
    expect(curves).toEqual(before)
  })

  it('keeps ids and the order of points, with gaps where y is missing', () => {
    const b = seriesOf(curves).find(({ id }) => id === 'b')
    expect(b?.data).toEqual([
      [0, 0.9],
      [0.25, 0.8],
      [0.5, '-'],
      [0.75, 0.3],
    ])
  })

  it('draws an asymmetrical band between its ends, not around the line', () => {
    const svg = svgOf({ ...curves, series: curves.series.slice(0, 1), references: [], spans: [] })
    const [corners = []] = bandsIn(svg)
    expect(corners).toHaveLength(6)
    const heights = corners.map(([, y = 0]) => y)
    // Upper edge left to right is 0.91, 0.65, 0.3; lower edge right to left is 0.1, 0.4, 0.88.
    const [top = 0, , right = 0, bottom = 0, , left = 0] = heights
    const perUnit = (bottom - right) / (0.3 - 0.1)
    expect((left - top) / perUnit).toBeCloseTo(0.03, 2)
    expect(((heights[4] ?? 0) - (heights[1] ?? 0)) / perUnit).toBeCloseTo(0.25, 2)
  })

  it('interrupts a band where y is missing and draws an error bar at a single point', () => {
    expect(bandSegments(curves.series[1]?.points ?? []).map((segment) => segment.length)).toEqual([2, 1])
    const svg = svgOf({ ...curves, series: curves.series.slice(1, 2), references: [], spans: [] })
    expect(bandsIn(svg).map((corners) => corners.length)).toEqual([4])
  })

  it('extends the axes to the ends of bands and to references outside the data', () => {
    const high = structuredClone(curves)
    high.y = { ...high.y, unit: 'none' }
    const [first] = high.series
    if (first?.points[0]) first.points[0].hi = 3
    high.references = [{ label: 'far', axis: 'y', value: -2 }]
    const svg = svgOf(high)
    expect(svg).toContain('>3<')
    expect(svg).toContain('>−2<')
  })

  it('draws values that the paper reports hollow and dashed, with a separate name', () => {
    const reported = seriesOf(curves).find(({ id }) => id === 'paper')
    expect(reported?.name).toBe('Net 3 (reported)')
    expect(reported?.itemStyle).toMatchObject({ color: '#ffffff', borderColor: mark(2, '#000', 1).colour })
    expect(reported?.lineStyle?.type).toBeInstanceOf(Array)
    expect(seriesOf(curves)[0]?.lineStyle?.type).toBe('solid')
  })

  it('draws baselines thin, in the colour of their series, without bands, with one legend entry', () => {
    const [a, b] = curves.series
    const against = [a!, b!].map((series) => ({ ...series, id: `${series.id}-0`, baseline: 'random sign' }))
    const spec = { ...curves, series: [a!, b!, ...against] }
    const drawn = seriesOf(spec)
    const lines = against.map(({ id }) => drawn.find((series) => series.id === id))
    expect(lines.map((line) => line?.name)).toEqual(['random sign', 'random sign'])
    expect(lines.map((line) => line?.lineStyle)).toMatchObject([
      { color: mark(0, '#000', 1).colour, width: paper.lineWidth * 0.75 },
      { color: mark(1, '#000', 1).colour, width: paper.lineWidth * 0.75 },
    ])
    expect(drawn.map(({ id }) => id)).not.toContain('a-0·band')
    expect(drawn.map(({ id }) => id)).toContain('a·band')
    const { legend } = toOption(spec, paper)
    const entries = (legend as { data: (string | { name: string })[] }).data
    expect(entries.map((entry) => (typeof entry === 'string' ? entry : entry.name))).toEqual([
      'Net <31>',
      'Net 3',
      'random sign',
    ])
    const { formatter } = toOption(spec, screenTheme('dark')).tooltip as { formatter: (of: object) => string }
    expect(formatter({ seriesId: 'b-0', dataIndex: 0 })).toContain('Net 3, random sign</td>')
    expect(new Set(specToTable(spec).rows.map(({ series }) => series))).toContain('Net 3, random sign')
  })

  it('draws a band for the chosen one of many series, and thin whiskers for the others', () => {
    const many = (count: number) => ({
      ...curves,
      spans: [],
      series: Array.from({ length: count }, (_, slot) => ({ ...curves.series[0]!, id: `s${slot}`, slot })),
    })
    const opacities = (count: number) =>
      [...svgOf(many(count)).matchAll(/<polygon [^>]*fill-opacity="([\d.]+)"/g)].map(([, of]) => Number(of))
    expect(opacities(3)).toEqual([0.18, 0.18, 0.18])
    expect(opacities(9)).toEqual([0.18])
    const { series } = toOption(many(9), paper, undefined, { ...defaultPlotStyle, chosen: 's4' })
    const banded = (series as Drawn[]).filter(({ id }) => id?.endsWith('·band')).map(({ id }) => id)
    expect(banded).toEqual(['s4·band'])
  })

  it('draws ranges of another definition as error bars beside the band', () => {
    const [first] = curves.series
    const points = first!.points.map((point, at) => (at === 0 ? { ...point, rangeLabel: 'of one' } : point))
    const spec = { ...curves, spans: [], references: [], series: [{ ...first!, points }] }
    expect(bandSegments(points)).toEqual([points.slice(1).map(({ x, lo, hi }) => ({ x, lo, hi }))])
    expect(svgOf(spec).match(/<polygon /g)).toHaveLength(1)
    expect(figureCaption(spec)).toContain('Bands: min to max of 3 repeats. Other error bars: of one.')
  })

  it('gives series of the same name different labels', () => {
    const twin = { ...curves, series: [0, 1].map((i) => ({ ...curves.series[0]!, id: `t${i}` })) }
    const names = seriesOf(twin)
      .filter(({ type }) => type === 'line')
      .map(({ name }) => name)
    expect(names.slice(0, 2)).toEqual(['Net <31>', 'Net <31> (2)'])
  })

  it('never draws progressively, and has no animation on paper', () => {
    for (const spec of [curves, bars, matrix('sequential', [1, 2, 3, 4, 5, 6])])
      for (const series of seriesOf(spec)) if (!series.id?.startsWith('·')) expect(series.progressive).toBe(0)
    expect(toOption(curves, paperTheme({ animation: true })).animation).toBe(false)
    expect(toOption(curves, screenTheme('dark')).animation).toBe(true)
  })

  it('turns numbers under bars into categories in ascending order', () => {
    const numeric: FigureSpec = {
      ...bars,
      x: { label: 'Severity', unit: 'none', scale: 'linear' },
      series: [{ ...bars.series[0]!, points: [3, 1].map((x) => ({ x, y: x / 10 })) }],
    }
    expect(toOption(numeric, paper).xAxis).toMatchObject({ type: 'category', data: ['1', '3'] })
    expect(seriesOf(numeric)[0]?.data).toEqual([
      [1, 0.3],
      [0, 0.1],
    ])
  })

  it('leaves out values that a logarithmic axis cannot show', () => {
    const log: FigureSpec = {
      ...curves,
      y: { ...curves.y, unit: 'none', scale: 'log' },
      series: [
        {
          ...curves.series[0]!,
          points: [
            { x: 0, y: 0 },
            { x: 1, y: 10, lo: -1, hi: 20 },
          ],
        },
      ],
    }
    expect(seriesOf(log)[0]?.data).toEqual([
      [0, '-'],
      [1, 10],
    ])
    // A single point has no area, so its range is an error bar, which ends at the smallest positive value.
    expect(seriesOf(log).find(({ id }) => id?.endsWith('·range'))?.data).toEqual([[1, 10, 20]])
  })

  it('gives each of 64 palette slots a different mark', () => {
    const marks = Array.from({ length: 64 }, (_, slot) => JSON.stringify(mark(slot, '#000', 1)))
    expect(new Set(marks).size).toBe(64)
  })

  it('wraps a long legend on paper and shrinks the plot', () => {
    const many = {
      ...curves,
      series: Array.from({ length: 9 }, (_, i) => ({ ...curves.series[0]!, id: `m${i}`, slot: i })),
    }
    const top = (spec: FigureSpec) => {
      const { grid } = toOption(
        spec,
        paper,
        { width: 234, height: 160 },
        { ...defaultPlotStyle, legend: 'top' },
      )
      return Number(Array.isArray(grid) ? 0 : grid?.top)
    }
    expect(top(many)).toBeGreaterThan(top(curves) + 2 * paper.fontSize)
  })
})

describe('legend', () => {
  const icons = (spec: FigureSpec) => {
    const { legend } = toOption(spec, paper)
    const { itemWidth = 0, itemHeight = 0 } = legend as { itemWidth?: number; itemHeight?: number }
    return { itemWidth, itemHeight }
  }

  it('shows the marks of a scatter plot in a square, and no mark for lines without symbols', () => {
    const scatter = icons({ ...curves, kind: 'scatter' })
    expect(scatter.itemWidth).toBe(scatter.itemHeight)
    expect(
      icons({ ...curves, series: curves.series.map((series) => ({ ...series, symbols: false })) }).itemHeight,
    ).toBeLessThan(0.1)
    expect(icons(curves).itemHeight).toBe(paper.symbolSize)
  })
})

describe('references', () => {
  it('share one label where two labels would overlap', () => {
    const near = [0.55, 0.56, 0.58, 0.9].map((value, at) => ({
      label: `uniform ${at}`,
      axis: 'y' as const,
      value,
    }))
    const texts = textsIn(svgOf({ ...curves, spans: [], references: near }))
    expect(texts.filter((text) => text.startsWith('uniform'))).toEqual(['uniform 0, 1, 2', 'uniform 3'])
  })
})

describe('heatmaps', () => {
  const visualMap = (spec: FigureSpec) => toOption(spec, paper).visualMap as { min: number; max: number }

  it('centre a diverging map on zero with symmetric ends', () => {
    expect(visualMap(matrix('diverging', [-1, 0, 4, null, 2, 1]))).toMatchObject({ min: -4, max: 4 })
  })

  it('run a sequential map over the values, also where values are equal or missing', () => {
    expect(visualMap(matrix('sequential', [2, 3, 4, null, 2, 8]))).toMatchObject({ min: 2, max: 8 })
    expect(visualMap(matrix('sequential', [2, 2, 2, 2, 2, 2]))).toMatchObject({ min: 1.5, max: 2.5 })
    expect(
      visualMap(
        matrix(
          'sequential',
          Array.from({ length: 6 }, () => null),
        ),
      ),
    ).toMatchObject({ min: 0, max: 1 })
  })

  it('put the value of row r and column c at [c, r], with the first row on top, and leave missing cells empty', () => {
    const option = toOption(matrix('sequential', [0, 1, 2, 3, null, 5]), paper)
    expect(option.yAxis).toMatchObject({ inverse: true, data: ['cat', 'dog'] })
    const [series] = option.series as { data: { value: unknown[] }[] }[]
    expect(series?.data.map(({ value }) => value)).toEqual([
      [0, 0, 0],
      [1, 0, 1],
      [2, 0, 2],
      [0, 1, 3],
      [1, 1, '-'],
      [2, 1, 5],
    ])
  })

  it('write values, except zeros, into cells that are large enough', () => {
    const texts = (size?: { width: number; height: number }) => {
      const spec = matrix('sequential', [0, 0.25, 0.9, null, 0.5, 0])
      return textsIn(svgOf({ ...spec, cells: { ...spec.cells!, range: { min: -1, max: 2 } } }, size)).filter(
        (text) => /^0\.\d+$/.test(text),
      )
    }
    expect(texts()).toEqual(['0.25', '0.9', '0.5'])
    expect(texts({ width: 40, height: 40 })).toEqual([])
  })

  it('rotate the names of columns where they do not fit side by side', () => {
    const rotate = (width: number) => {
      const spec = matrix('sequential', [1, 2, 3, 4, 5, 6])
      const cells = { ...spec.cells!, columns: ['gaussian noise', 'defocus blur', 'jpeg compression'] }
      const { xAxis } = toOption({ ...spec, cells }, paper, { width, height: 100 })
      return (xAxis as { axisLabel: { rotate?: number } }).axisLabel.rotate
    }
    expect([400, 150, 40].map(rotate)).toEqual([0, 40, 90])
  })

  it('are complete when large', () => {
    const side = 80
    const spec = matrix(
      'sequential',
      Array.from({ length: side * side }, (_, i) => i),
    )
    const names = Array.from({ length: side }, (_, i) => String(i))
    const svg = svgOf({ ...spec, cells: { ...spec.cells!, rows: names, columns: names } })
    expect([...svg.matchAll(/<path [^>]*fill="(#|rgb)/g)].length).toBeGreaterThanOrEqual(side * side)
  })
})

describe('tooltip', () => {
  it('shows value, range and n, and escapes markup in names', () => {
    const { tooltip } = toOption(curves, screenTheme('light'))
    const formatter = (tooltip as { formatter: (params: unknown) => string }).formatter
    const text = formatter([{ seriesId: 'a', dataIndex: 1 }])
    expect(text).toContain('Information loss: 50.0 %')
    const cells = [...text.matchAll(/<td[^>]*>(?:<b>)?([^<]*)/g)].map(([, content]) => content)
    expect(cells.slice(1)).toEqual(['Net &lt;31&gt;', '60.0 %', '40.0 % to 65.0 %'])
    expect(text).toContain('>min to max of 3 repeats, n = 320</div>')
    expect(text).not.toContain('<31>')
  })

  it('writes beside each series what differs between series', () => {
    const { formatter } = toOption(curves, screenTheme('light')).tooltip as {
      formatter: (params: unknown) => string
    }
    const text = formatter(['a', 'b'].map((seriesId) => ({ seriesId, dataIndex: 0 })))
    expect(text).toContain('>min to max of 3 repeats, n = 320</td>')
    expect(text.match(/<tr>/g)).toHaveLength(2)
    expect(formatter({ seriesId: 'nothing', dataIndex: 0 })).toBe('')
  })

  it('has the marks of the series', () => {
    const marked = (of: FigureSpec, seriesId: string) => {
      const { formatter } = toOption(of, screenTheme('light')).tooltip as {
        formatter: (of: object) => string
      }
      return /<svg.*<\/svg>/.exec(formatter({ seriesId, dataIndex: 0 }))?.[0]
    }
    const against = { ...curves.series[1]!, id: 'b-0', baseline: 'random sign' }
    const spec = { ...curves, series: [...curves.series, against] }
    expect(marked(spec, 'a')).toContain('stroke-dasharray=""')
    expect(marked(spec, 'b-0')).toContain('stroke-dasharray="2 4"')
    expect(marked(spec, 'paper')).toContain('stroke-dasharray="6 6"')
    const reported = {
      ...bars,
      series: bars.series.map((series) => ({ ...series, origin: 'reported' as const })),
    }
    expect(marked(bars, bars.series[0]!.id)).not.toContain('fill="none"')
    expect(marked(reported, bars.series[0]!.id)).toContain('fill="none"')
  })

  it('escapes all five characters', () => {
    expect(escapeMarkup(`<a href="x">&'`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;')
  })
})
