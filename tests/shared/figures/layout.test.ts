import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fittedLines, shortened, shortenedTogether } from '#shared/figures/layout/fitText.ts'
import { chartFrame } from '#shared/figures/layout/frame.ts'
import { namesBelow } from '#shared/figures/layout/names.ts'
import { overlap, placeReferences } from '#shared/figures/layout/referencePlaces.ts'
import { spread } from '#shared/figures/layout/spread.ts'
import { logTicks, multiples, roundStep } from '#shared/figures/layout/ticks.ts'
import { paperTheme } from '#shared/figures/theme.ts'
import { curves } from './specs.ts'

/** Every character is as wide as half the size of its type. */
const measure = (text: string, fontSize = 1) => [...text].length * fontSize * 0.5
const names = fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }), {
  minLength: 1,
  maxLength: 40,
})

describe('spread', () => {
  const labels = fc.array(
    fc.record({
      wanted: fc.double({ min: -50, max: 150, noNaN: true }),
      length: fc.double({ min: 0.1, max: 20, noNaN: true }),
    }),
    { maxLength: 12 },
  )

  it('keeps labels apart, inside their range and in their order, and gives up only where they do not fit', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const [wanted, lengths] = [all.map((label) => label.wanted), all.map((label) => label.length)]
        const centres = spread(wanted, lengths, 0, 100)
        const total = lengths.reduce((sum, length) => sum + length, 0)
        expect(centres === null).toBe(total > 100 + 1e-9)
        const placed = (centres ?? [])
          .map((centre, at) => ({
            from: centre - lengths[at]! / 2,
            to: centre + lengths[at]! / 2,
            wanted: wanted[at]!,
          }))
          .toSorted((a, b) => a.from - b.from)
        for (const [at, { from, to, wanted: own }] of placed.entries()) {
          expect(from).toBeGreaterThan(-1e-6)
          expect(to).toBeLessThan(100 + 1e-6)
          const next = placed[at + 1]
          if (next) expect(next.from).toBeGreaterThan(to - 1e-6)
          if (next) expect(next.wanted).toBeGreaterThanOrEqual(own)
        }
      }),
    )
  })

  it('leaves labels where they are wanted, or shares the distance between two that would touch', () => {
    expect(spread([20, 70], [10, 10], 0, 100)).toEqual([20, 70])
    expect(spread([50, 52], [10, 10], 0, 100)).toEqual([46, 56])
    expect(spread([1, 1], [10, 10], 0, 100)).toEqual([5, 15])
  })
})

describe('names', () => {
  it('are no wider than they may be, and whole where nothing is shortened', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        (text, width, most) => {
          const lines = fittedLines(text, width, most, measure)
          expect(lines.length).toBeLessThanOrEqual(most)
          for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(width)
          if (!lines.some((line) => line.includes('…')))
            expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
        },
      ),
    )
  })

  it('lose what they share before what tells them apart', () => {
    const layers = [0, 1].map((at) => `stages.${at}.conv (31×31)`)
    expect(shortenedTogether(layers, 5, measure)).toEqual(['stages.0…', 'stages.1…'])
    expect(shortenedTogether(layers, 50, measure)).toEqual(layers)
    expect(shortened('swin_base_patch4_window7', 6, measure)).toBe('swin_b…ndow7')
  })

  it('never touch their neighbours below an axis, whatever their lengths', () => {
    fc.assert(
      fc.property(names, fc.double({ min: 1, max: 80, noNaN: true }), (all, pitch) => {
        const { texts, fontSize, rotate, every, room, reach } = namesBelow(all, {
          pitch,
          type: 8,
          most: 50,
          measure,
        })
        expect(room).toBeLessThanOrEqual(Math.max(50, 3 * fontSize * 1.15) + fontSize)
        const widths = texts.map((text) =>
          Math.max(...text.split('\n').map((line) => measure(line, fontSize))),
        )
        // Side by side, names need their width; turned ones need the height of a line across their direction.
        const across = rotate === 0 ? Math.max(...widths) : fontSize / Math.sin((rotate * Math.PI) / 180)
        if (texts.length > every) expect(across).toBeLessThanOrEqual(pitch * every * 1.05)
        if (rotate === 40)
          for (const [at, width] of widths.entries())
            expect(width * Math.cos((40 * Math.PI) / 180) - (at + 0.5) * pitch).toBeLessThanOrEqual(
              reach + 1e-9,
            )
      }),
    )
  })
})

describe('labels of reference lines', () => {
  const plot = { x: 0, y: 0, width: 200, height: 120 }
  const lines = fc.array(
    fc.record({
      axis: fc.constantFrom('x' as const, 'y' as const),
      at: fc.double({ min: 0, max: 120, noNaN: true }),
      width: fc.double({ min: 5, max: 90, noNaN: true }),
      height: fc.constant(9),
    }),
    { maxLength: 10 },
  )

  it('overlap neither each other nor what is taken, and stay inside the plot', () => {
    const taken = [{ x: 0, y: 0, width: 200, height: 12 }]
    fc.assert(
      fc.property(lines, (all) => {
        const groups = all.map(({ at, ...line }) => ({ ...line, from: at, to: at }))
        const boxes = placeReferences(groups, plot, [], taken).filter((box) => box !== null)
        for (const [at, box] of boxes.entries()) {
          for (const other of [...taken, ...boxes.slice(at + 1)]) expect(overlap(box, other)).toBe(false)
          expect(Math.min(box.x, box.y)).toBeGreaterThan(-0.1)
          expect(box.x + box.width).toBeLessThan(200.1)
          expect(box.y + box.height).toBeLessThan(120.1)
        }
      }),
    )
  })

  it('stand where they cover the fewest points', () => {
    const line = { axis: 'y' as const, from: 60, to: 60, width: 40, height: 10 }
    const [free] = placeReferences([line], plot, [])
    expect(free).toMatchObject({ x: 160, y: 50 })
    const right = Array.from({ length: 50 }, (_, at) => [150 + at, 55 + (at % 10)] as const)
    const [away] = placeReferences([line], plot, right)
    expect(away!.x + away!.width).toBeLessThanOrEqual(150)
  })
})

describe('ticks', () => {
  it('are round and inside the range', () => {
    expect([0.9, 87, 0.034, 5].map((length) => roundStep(length, 5))).toEqual([0.2, 20, 0.01, 1])
    expect(multiples({ min: 0.1, max: 0.7 }, 0.2)).toEqual([0.2, 0.4, 0.6])
    expect(logTicks({ min: 0.002, max: 0.06 }, 6)).toEqual([0.002, 0.005, 0.01, 0.02, 0.05])
    expect(logTicks({ min: 1, max: 1e6 }, 4)).toEqual([1, 100, 10000, 1000000])
  })
})

describe('the frame of a chart', () => {
  const theme = paperTheme({ textWidth: measure })
  const margins = { left: 0, right: 0, top: 0, bottom: 0 }

  it('ends the horizontal axis where the data end, unless the author sets limits', () => {
    const spec = { ...curves, references: [], spans: [] }
    const { x } = chartFrame(spec, theme, { width: 234, height: null, margins })
    expect(x.domain).toEqual({ min: 0, max: 0.9 })
    const limited = chartFrame({ ...spec, x: { ...spec.x, max: 1 } }, theme, {
      width: 234,
      height: null,
      margins,
    })
    expect(limited.x.domain.max).toBe(1)
    const one = { ...spec, series: [{ ...spec.series[0]!, points: [{ x: 0.5, y: 0.2 }] }] }
    expect(chartFrame(one, theme, { width: 234, height: null, margins }).x.ticks).toEqual([0.5])
  })

  it('leaves room for the names of its axes at any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 70, max: 500 }),
        fc.string({ unit: 'grapheme-ascii', maxLength: 90 }),
        (width, label) => {
          const spec = { ...curves, y: { ...curves.y, label } }
          const { insets, y, size } = chartFrame(spec, theme, { width, height: null, margins })
          const outer = y.titleAway + (y.title.length - 0.5) * theme.fontSize
          expect(insets.left).toBeGreaterThanOrEqual(y.title.length === 0 ? 0 : outer)
          expect(size.height - insets.top - insets.bottom).toBeGreaterThan(theme.fontSize)
        },
      ),
    )
  })
})
