import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { renderFigure, composedLayout, type RenderRequest } from '#engine/figures/render.ts'
import { writeComposed } from '#engine/figures/index.ts'
import {
  composition as schema,
  emptyComposition,
  newPanel,
  type Composition,
} from '#shared/figures/compose/index.ts'
import { okabeIto } from '#shared/figures/palette.ts'
import { figureSpec, type FigureSpec } from '#shared/figures/spec.ts'
import { venues } from '#shared/figures/venues.ts'
import { bars, curves, matrix } from '../../shared/figures/specs.ts'
import { temporaryFolder } from '../../temporary.ts'

const base = emptyComposition('Robustness')
const composed = (specs: readonly FigureSpec[], change: Partial<Composition> = {}): Composition => ({
  ...base,
  panels: specs.map((spec, at) => newPanel(`p${at}`, { kind: 'data', spec })),
  ...change,
})
const render = async (
  composition: Composition,
  format: RenderRequest['format'] = 'svg',
  text?: RenderRequest['text'],
) => Buffer.from(await renderFigure({ content: { kind: 'composed', composition }, format, dpi: 100, text }))

/** Makes a sheet of kernels: many cells with gaps. */
const sheet: FigureSpec = {
  ...matrix('diverging', []),
  cells: {
    rows: Array.from({ length: 63 }, (_, at) => (at % 32 === 15 ? String(at >> 5) : '')),
    columns: Array.from({ length: 95 }, (_, at) => (at % 32 === 15 ? String(at >> 5) : '')),
    values: Array.from({ length: 63 * 95 }, (_, at) => (at % 32 === 31 ? null : Math.sin(at / 7))),
    map: 'diverging',
    label: 'Weight',
  },
}

/** Lists the texts of an SVG with their positions on the page, in points. */
function textsOf(svg: string): { text: string; x: number; y: number }[] {
  const found: { text: string; x: number; y: number }[] = []
  let [left, top] = [0, 0]
  for (const [, moveX, moveY, x, y, text] of svg.matchAll(
    /<g transform="translate\(([\d.-]+) ([\d.-]+)\)">|<text x="([\d.-]+)" y="([\d.-]+)"[^>]*>([^<]*)<\/text>/g,
  )) {
    if (moveX !== undefined) [left, top] = [Number(moveX), Number(moveY)]
    else found.push({ text: text ?? '', x: (left + Number(x)) / 5, y: (top + Number(y)) / 5 })
  }
  return found
}

/** Rendering and models start cold, on a machine that may have other work. */
const patient = { timeout: 120_000 }

describe('a composed figure', patient, () => {
  it.each(['svg', 'pdf', 'png'] as const)('makes the same %s from the same input', async (format) => {
    const figure = composed([curves, bars])
    const once = await render(figure, format)
    await render(composed([bars]))
    expect((await render(figure, format)).equals(once)).toBe(true)
  })

  it('is exactly as wide as its venue, in every format', async () => {
    for (const { id, text } of venues.slice(0, 3)) {
      const figure = composed([curves], { page: { ...base.page, venue: id, span: 'text', columns: 1 } })
      const { width, height } = composedLayout(figure)
      expect(width).toBeCloseTo(text, 4)
      expect((await render(figure)).toString()).toContain(`width="${Number(text.toFixed(4))}in"`)
      const box = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(
        (await render(figure, 'pdf')).toString('latin1'),
      )
      expect(Number(box?.[1]) / 72).toBeCloseTo(text, 3)
      expect(Number(box?.[2]) / 72).toBeCloseTo(height, 3)
    }
  })

  it('is higher where a panel has its own long legend, unless the proportions of the panel are fixed', () => {
    const layers = Array.from({ length: 16 }, (_, slot) => ({
      ...curves.series[0]!,
      id: `s${slot}`,
      name: `A net with a long name, layer ${slot}`,
      slot,
    }))
    const inPanels = {
      page: { ...base.page, columns: 1 },
      style: { ...base.style, legend: 'panels' as const },
    }
    const height = (spec: typeof curves, ratio: number | null) => {
      const figure = composed([spec], inPanels)
      return composedLayout({
        ...figure,
        panels: figure.panels.map((panel) => ({ ...panel, ratio, legend: 'top' as const })),
      }).height
    }
    const many = { ...curves, series: layers }
    expect(height(many, null) - height(curves, null)).toBeGreaterThan(0.5)
    expect(height(many, 0.6)).toBe(height(curves, 0.6))
  })

  it('embeds regular and bold of its typeface in the PDF', async () => {
    const pdf = (await render(composed([curves, bars]), 'pdf')).toString('latin1')
    expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+STIXTwoText-Regular/)
    expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+STIXTwoText-SemiBold/)
    expect(pdf.match(/\/FontFile2/g)?.length).toBeGreaterThanOrEqual(2)
    expect(pdf).not.toContain('/Subtype /Image')
  })

  it('has letters, titles and one legend for all panels', async () => {
    const svg = (await render(composed([curves, { ...curves, title: 'Again' }]))).toString()
    const texts = textsOf(svg).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['(a)', '(b)', 'Random patch drop', 'Again']))
    expect(texts.filter((text) => text === 'Net 3')).toHaveLength(1)
  })

  it('aligns the plots of a row and of a column', async () => {
    const wide = { ...bars, y: { ...bars.y, label: 'Accuracy', unit: 'none' as const } }
    const figure = composed([curves, wide, wide, curves], {
      style: { ...base.style, legend: 'panels', gridLines: true },
    })
    const svg = (await render(figure)).toString()
    const zeros = textsOf(svg).filter(({ text }) => text === '0')
    // The zeros of the vertical axes: two rows, at the same height within a row.
    const heights = zeros.map(({ y }) => Math.round(y * 10) / 10)
    expect(new Set(heights).size).toBeLessThanOrEqual(4)
    const vertical = textsOf(svg).filter(({ text }) => text === 'Top-1 accuracy (%)' || text === 'Accuracy')
    expect(vertical.length).toBe(4)
  })

  it('renders a large sheet of kernels as one picture under vector axes', async () => {
    const figure = composed([sheet])
    const svg = (await render(figure)).toString()
    const picture = /xlink:href="data:image\/png;base64,([^"]+)"/.exec(svg)?.[1] ?? ''
    const { width, height } = await sharp(Buffer.from(picture, 'base64')).metadata()
    expect([(width ?? 0) % 95, (height ?? 0) % 63]).toEqual([0, 0])
    expect((width ?? 0) / 95).toBe((height ?? 0) / 63)
    expect(textsOf(svg).map(({ text }) => text)).toEqual(expect.arrayContaining(['0', '1', '2', 'Weight']))
    const pdf = (await render(figure, 'pdf')).toString('latin1')
    expect(pdf.match(/\/Subtype \/Image/g)).toHaveLength(1)
    expect(pdf).toContain('+STIXTwoText-Regular')
    expect(pdf.length).toBeLessThan(200_000)
  })

  describe('a map with a photograph', () => {
    const red = sharp({ create: { width: 12, height: 12, channels: 3, background: '#ff0000' } }).png()
    const mapOf = async (
      layout: 'over' | 'beside',
      range?: { min: number; max: number },
    ): Promise<FigureSpec> => ({
      ...sheet,
      cells: {
        rows: ['0', '', '', ''],
        columns: ['0', '', '', ''],
        values: Array.from({ length: 16 }, (_, at) => at),
        map: 'sequential',
        label: 'Saliency',
        ...(range ? { range } : {}),
        photograph: { png: (await red.toBuffer()).toString('base64'), layout, opacity: 0.5 },
      },
    })
    const imagesOf = (svg: string) =>
      [...svg.matchAll(/<image x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((found) =>
        found.slice(1, 5).map(Number),
      )

    it('has the photograph under translucent cells', async () => {
      const spec = await mapOf('over')
      const alone = async (format: RenderRequest['format']) => {
        const options = { widthInches: 3, dpi: 100 }
        return Buffer.from(
          await renderFigure({ content: { kind: 'figure', spec, options }, format, dpi: 100 }),
        )
      }
      const [under, over] = imagesOf((await alone('svg')).toString())
      expect(under).toEqual(over)
      const { data, info } = await sharp(await alone('png'))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      // Units of the SVG are fifths of a point. The first cell has the darkest colour of viridis, 68 1 84, at half
      // opacity over
      // red.
      const [x, y, width, height] = under!.map((side) => (side / 5) * (100 / 72)) as [
        number,
        number,
        number,
        number,
      ]
      const [column, row] = [Math.round(x + width / 8), Math.round(y + height / 8)]
      const [red, green, blue] = data.subarray(3 * (row * info.width + column))
      expect(red).toBeGreaterThan(150)
      expect(green).toBeLessThan(10)
      expect(blue).toBeLessThan(50)
    })

    it('has the photograph left of the cells, with their height', async () => {
      const [left, right] = imagesOf((await render(composed([await mapOf('beside')]))).toString())
      expect(left![0]! + left![2]!).toBeLessThan(right![0]!)
      expect([left![1], left![3]]).toEqual([right![1], right![3]])
      expect(Math.abs(left![2]! - right![2]!) / right![2]!).toBeLessThan(0.15)
    })

    it('marks the end of the colour bar where values lie beyond it', async () => {
      const texts = async (range?: { min: number; max: number }) =>
        textsOf((await render(composed([await mapOf('over', range)]))).toString()).map(({ text }) => text)
      expect(await texts()).toEqual(expect.arrayContaining(['15', '0']))
      expect(await texts({ min: 0, max: 10 })).toEqual(expect.arrayContaining(['≥ 10', '0']))
    })

    it('is two pictures in the PDF, and accepts only a PNG as photograph', async () => {
      const pdf = (await render(composed([await mapOf('over')]), 'pdf')).toString('latin1')
      expect(pdf.match(/\/Subtype \/Image/g)).toHaveLength(2)
      expect(pdf).toMatch(/\/ca 0\.5/)
      const spec = await mapOf('over')
      const hostile = { ...spec.cells!.photograph!, png: 'iVBORw0KGgo"/><script>' }
      expect(figureSpec.safeParse({ ...spec, cells: { ...spec.cells!, photograph: hostile } }).success).toBe(
        false,
      )
    })
  })

  it('colours cells by their values, the extremes with the ends of the colour map and missing ones white', async () => {
    const values = Array.from({ length: 60 * 60 }, (_, at) =>
      at === 0 ? -1 : at === 1 ? 1 : at === 2 ? null : 0,
    )
    const names = Array.from({ length: 60 }, () => '')
    const spec: FigureSpec = { ...sheet, cells: { ...sheet.cells!, rows: names, columns: names, values } }
    const svg = (await render(composed([spec]))).toString()
    const png = Buffer.from(/image\/png;base64,([^"]+)"/.exec(svg)?.[1] ?? '', 'base64')
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
    const scale = info.width / 60
    const at = (cell: number) => [...data.subarray((cell * scale + scale / 2) * info.channels).subarray(0, 3)]
    expect(at(0)[2]).toBeGreaterThan(at(0)[0]!)
    expect(at(1)[0]).toBeGreaterThan(at(1)[2]!)
    expect(at(2)).toEqual([255, 255, 255])
    expect(Math.min(...at(3))).toBeGreaterThan(230)
  })

  it('keeps the limits and ticks that the author sets', async () => {
    const figure = composed([curves])
    const [panel] = figure.panels
    const limited = {
      ...figure,
      panels: [
        {
          ...panel!,
          x: { min: 0, max: 0.9, step: 0.45, label: 'Loss' },
          y: { min: 0.2, max: 0.8, step: 0.3 },
        },
      ],
    }
    const texts = textsOf((await render(limited)).toString()).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['20', '50', '80', '45', '90', 'Loss (%)']))
    expect(texts).not.toContain('60')
  })

  it('leaves bands out, or renders them as error bars', async () => {
    const figure = composed([curves])
    const opaque = async (ranges: 'bands' | 'bars' | 'none') => {
      const panels = figure.panels.map((panel) => ({ ...panel, ranges }))
      return ((await render({ ...figure, panels })).toString().match(/fill-opacity="0\.18"/g) ?? []).length
    }
    expect(await opaque('bands')).toBeGreaterThan(0)
    expect(await opaque('bars')).toBe(0)
    expect(await opaque('none')).toBe(0)
  })

  it('has no colour where the style says so', async () => {
    const grey = composed([curves, bars], { style: { ...base.style, palette: 'grey' } })
    const svg = (await render(grey)).toString()
    for (const colour of okabeIto) if (colour) expect(svg).not.toMatch(new RegExp(colour, 'i'))
  })

  it('writes JSON that gives the same figure again, and a caption with the provenance', async () => {
    const folder = temporaryFolder()
    const figure = composed([curves, bars])
    const options = { dpi: 100, provenance: ['Seed 7.'] }
    const files = await writeComposed(renderFigure, figure, ['json', 'csv', 'txt', 'svg'], folder, options)
    expect(files.map(({ path }) => path.split('.').at(-1))).toEqual(['json', 'csv', 'txt', 'svg', 'txt'])
    const read = (at: number) => readFileSync(files[at]?.path ?? '', 'utf8')
    const again = schema.parse(JSON.parse(read(0)))
    expect((await render(again)).toString()).toBe(read(3))
    expect(read(1).split('\r\n')[0]).toMatch(/^panel,figure,series/)
    expect(read(2)).not.toContain('Seed 7.')
    expect(files[4]?.path).toMatch(/Robustness\.provenance\.txt$/)
    expect(read(4)).toBe('Seed 7.\n')
  })
})
