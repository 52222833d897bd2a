import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  composedAlt,
  composedCaption,
  composition,
  emptyComposition,
  kernelSheetSpec,
  layOut,
  newPanel,
  pageWidth,
  panelLetter,
  panelSpec,
  panelSpecs,
  sharedSlots,
  textsOf,
  type Page,
} from '#shared/figures/compose/index.ts'
import { describeFigure } from '#shared/figures/describe.ts'
import { composedTable } from '#shared/figures/table.ts'
import { venues } from '#shared/figures/venues.ts'
import { bars, curves, matrix } from './specs.ts'

const base = emptyComposition('Robustness')
const page = (change: Partial<Page>): Page => ({ ...base.page, ...change })
const size = (columns = 1, ratio: number | null = null) => ({
  panel: { columns, ratio },
  cells: false,
  captionHeight: 10,
  natural: { top: 8, plot: 120, bottom: 24 },
})

describe('pageWidth', () => {
  it('equals the width in the venues’ style files, in inches', () => {
    const widths = Object.fromEntries(
      venues.map(({ id }) => [
        id,
        (['column', 'text'] as const).map((span) => pageWidth(page({ venue: id, span }))),
      ]),
    )
    // icml2024.sty, cvpr.sty, neurips.sty, iclr.sty, llncs.cls (122 mm), aaai.sty, tmlr.sty.
    expect(widths).toEqual({
      icml: [3.25, 6.75],
      cvpr: [3.25, 6.875],
      neurips: [5.5, 5.5],
      iclr: [5.5, 5.5],
      eccv: [4.803, 4.803],
      aaai: [3.3, 7],
      tmlr: [6.5, 6.5],
    })
    expect(pageWidth(page({ venue: 'free', width: 4.2 }))).toBe(4.2)
  })
})

describe('layOut', () => {
  it('fills rows in order and wraps where a panel no longer fits', () => {
    const { panels } = layOut({ ...base, page: page({ columns: 3 }) }, [size(), size(2), size(2), size(2)], 0)
    expect(panels.map(({ row, column }) => [row, column])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [2, 0],
    ])
  })

  it('keeps every panel inside the figure, without overlap, in any grid', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            columns: fc.integer({ min: 1, max: 6 }),
            ratio: fc.double({ min: 0.1, max: 4, noNaN: true }),
          }),
          { minLength: 1, maxLength: 9 },
        ),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 40 }),
        fc.option(fc.double({ min: 3, max: 30, noNaN: true })),
        (panels, columns, gap, height) => {
          const layout = layOut(
            { ...base, page: page({ columns, gap, height, venue: 'free', width: 20 }) },
            panels.map((panel) => size(panel.columns, panel.ratio)),
            12,
          )
          const boxes = layout.panels.map(({ plot, caption }) => ({
            left: plot.x,
            right: plot.x + plot.width,
            top: Math.min(plot.y, caption.y),
            bottom: Math.max(plot.y + plot.height, caption.y + caption.height),
          }))
          expect(layout.width).toBe(1440)
          const slack = 1e-6
          for (const [at, box] of boxes.entries()) {
            expect(box.left).toBeGreaterThanOrEqual(-slack)
            expect(box.right).toBeLessThanOrEqual(layout.width + slack)
            expect(box.top).toBeGreaterThanOrEqual(12 - slack)
            for (const other of boxes.slice(at + 1)) {
              const beside = other.left >= box.right - slack || box.left >= other.right - slack
              const below = other.top >= box.bottom - slack || box.top >= other.bottom - slack
              expect(beside || below).toBe(true)
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('scales all rows by the same factor to reach a given height', () => {
    const sizes = [size(1, 0.5), size(1, 0.5), size(2, 0.5)]
    const natural = layOut(base, sizes, 0)
    const asked = layOut({ ...base, page: page({ height: 6 }) }, sizes, 0)
    expect(asked.height).toBe(432)
    const heights = (layout: typeof asked) => layout.panels.map(({ plot }) => plot.height)
    const [a = 0, , c = 0] = heights(natural)
    const [x = 0, , z = 0] = heights(asked)
    expect(z / x).toBeCloseTo(c / a, 9)
    const last = asked.panels[2]!
    expect(last.plot.y + last.plot.height).toBeCloseTo(432, 6)
  })
})

describe('panelSpec', () => {
  const panel = newPanel('p', { kind: 'data', spec: curves })

  it('changes nothing by default', () => {
    expect(panelSpec(curves, panel)).toEqual(curves)
  })

  it('hides what the author hides and never changes the data', () => {
    const shown = panelSpec(curves, {
      ...panel,
      hidden: ['a'],
      reported: false,
      references: false,
      spans: false,
      title: '',
      x: { min: 0.1, label: 'Loss' },
      y: { scale: 'log' },
    })
    expect(shown.series.map(({ id }) => id)).toEqual(['b'])
    expect(shown.series[0]?.points).toEqual(curves.series[1]?.points)
    expect([shown.references, shown.spans, shown.title]).toEqual([[], [], ''])
    expect(shown.x).toEqual({ ...curves.x, min: 0.1, label: 'Loss' })
    expect(shown.y.scale).toBe('log')
  })
})

describe('names and colours', () => {
  const other = { ...curves, series: curves.series.map((series, at) => ({ ...series, slot: 2 - at })) }

  it('gives a series the same palette slot in every panel, and no slot to two series', () => {
    const slots = sharedSlots([curves, other, { ...bars, series: [...bars.series, curves.series[1]!] }], [])
    expect(slots.get('Net 3')).toBe(1)
    const places = [...slots.values()]
    expect(new Set(places).size).toBe(places.length)
    const panels = [curves, other].map((spec, at) => newPanel(`p${at}`, { kind: 'data', spec }))
    const [first, second] = panelSpecs({ ...base, panels })
    expect(second?.series.map(({ slot }) => slot)).toEqual(first?.series.map(({ slot }) => slot))
  })

  it('leaves the slots of a panel alone that shares no name with another', () => {
    const panels = [curves, bars].map((spec, at) => newPanel(`p${at}`, { kind: 'data', spec }))
    const [, second] = panelSpecs({ ...base, panels })
    expect(second?.series.map(({ slot }) => slot)).toEqual([0, 1])
  })

  it('prefers the slots and names of the style', () => {
    const style = { ...base.style, names: [{ series: 'Net 3', label: 'Small kernel', slot: 5 }] }
    const panels = [newPanel('p', { kind: 'data', spec: curves })]
    const [spec] = panelSpecs({ ...base, style, panels })
    expect(spec?.series.map(({ name, slot }) => [name, slot])).toEqual([
      ['Net <31>', 0],
      ['Small kernel', 5],
      ['Small kernel', 5],
    ])
  })
})

describe('names of categories and lines', () => {
  it('are given by the style too, and can be listed', () => {
    const spec = { ...bars, references: curves.references }
    expect(textsOf(spec)).toEqual(['Net 31', 'Net 3', 'chance'])
    const names = [
      { series: 'Net 31', label: 'Ours' },
      { series: 'chance', label: 'guessing' },
    ]
    const panels = [
      newPanel('p', { kind: 'data', spec }),
      newPanel('q', { kind: 'data', spec: matrix('sequential', [1, 2, 3, 4, 5, 6]) }),
    ]
    const style = { ...base.style, names: [...names, { series: 'cat', label: 'Felis' }] }
    const [first, second] = panelSpecs({ ...base, style, panels })
    expect(first?.x.categories).toEqual(['Ours', 'Net 3'])
    expect(first?.references[0]?.label).toBe('guessing')
    expect([second?.cells?.rows, second?.cells?.columns]).toEqual([
      ['Felis', 'dog'],
      ['Felis', 'dog', 'ship'],
    ])
  })
})

describe('letters and captions', () => {
  it('writes letters in the form of the style, and none for a single panel', () => {
    expect(['(a)', 'a', '(A)', 'A', 'none'].map((form) => panelLetter(form as '(a)', 1, 3))).toEqual([
      '(b)',
      'b',
      '(B)',
      'B',
      '',
    ])
    expect(panelLetter('(a)', 0, 1)).toBe('')
  })

  it('says what each panel shows, and writes shared sentences once', () => {
    const noted = { ...bars, notes: ['320 images, seed 7'] }
    const text = composedCaption('Robustness', [curves, noted], '(a)')
    expect(text).toMatch(/^Robustness\. \(a\) Random patch drop\. .* \(b\) Clean accuracy\. /)
    expect(text.match(/320 images, seed 7/g)).toHaveLength(1)
    expect(text).toContain('Bands: min to max of 3 repeats.')
    expect(text).toContain('Hollow and dashed: values reported in the paper.')
    expect(text).toContain('Dashed lines: chance, 6.3 %.')
  })
})

describe('composedAlt', () => {
  it('describes every panel, and writes shared notes once', () => {
    const noted = { ...bars, notes: ['320 images, seed 7'] }
    const text = composedAlt('Robustness', [{ ...curves, notes: noted.notes }, noted], 'A')
    expect(text).toMatch(/^Robustness\.\nA Random patch drop\. /)
    expect(text).toContain(describeFigure(curves))
    expect(text).toContain(`B Clean accuracy. ${describeFigure(bars)}`)
    expect(text.match(/320 images, seed 7/g)).toHaveLength(1)
  })
})

describe('composedTable', () => {
  it('keeps every point of every panel, with the panel’s letter', () => {
    const { columns, rows } = composedTable('All', [curves, matrix('sequential', [1, 2, 3, 4, 5, 6])], '(a)')
    expect(columns.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['panel', 'figure', 'series', 'x', 'y', 'lo', 'hi', 'row', 'column', 'value']),
    )
    expect(rows.filter(({ panel }) => panel === 'a')).toHaveLength(8)
    expect(rows.filter(({ panel }) => panel === 'b').map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('kernelSheetSpec', () => {
  it('puts each weight into its cell, with one empty cell between kernels', () => {
    const weights = Float32Array.from({ length: 3 * 9 }, (_, at) => at)
    const sheet = { name: 'w', kernel: 3, weights, channels: [2, 0] }
    const { cells } = kernelSheetSpec(sheet, 'Net', 'distance', 'layer')
    expect([cells?.columns.length, cells?.rows.length]).toEqual([7, 3])
    expect(cells?.values.slice(0, 7)).toEqual([18, 19, 20, null, 0, 1, 2])
    expect(cells?.values.slice(14)).toEqual([24, 25, 26, null, 6, 7, 8])
    expect(cells?.columns.filter(Boolean)).toEqual(['0', '1'])
    const each = kernelSheetSpec(sheet, 'Net', 'distance', 'kernel').cells?.values ?? []
    expect([each[0], each[16], each[4], each[20]]).toEqual([18 / 26, 1, 0, 1])
  })
})

describe('the written form', () => {
  it('is read as the same composition, and a later version is refused', () => {
    const whole = { ...base, panels: [newPanel('p', { kind: 'data', spec: curves })] }
    expect(composition.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole)
    expect(composition.safeParse({ ...whole, kernelscopeFigure: 2 }).success).toBe(false)
  })
})
