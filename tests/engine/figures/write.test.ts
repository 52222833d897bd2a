import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderFigure } from '#engine/figures/render.ts'
import { writeTable, writeFigure as writeWith } from '#engine/figures/index.ts'
import { plainName, safeName } from '#engine/figures/file.ts'
import { typeface } from '#engine/figures/typeface.ts'
import type { DataTable } from '#shared/contract/index.ts'
import { formattedTable } from '#shared/figures/formattedTable.ts'
import { figureSpec } from '#shared/figures/spec.ts'
import { bars, curves, matrix } from '../../shared/figures/specs.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kernelscope-figures-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const size = { widthInches: 3.25, dpi: 200 }
const writeFigure = (...call: Parameters<typeof writeWith> extends [unknown, ...infer Rest] ? Rest : never) =>
  writeWith(renderFigure, ...call)
const svg = async (
  spec = curves,
  text: 'embedded' | 'outlines' = 'embedded',
  typeface: 'sans' | 'serif' = 'sans',
) => {
  const options = { widthInches: 3.25, heightInches: 2, dpi: 72, typeface }
  const bytes = await renderFigure({
    content: { kind: 'figure', spec, options },
    format: 'svg',
    dpi: 72,
    text,
  })
  return Buffer.from(bytes).toString()
}
/** A PNG of one colour, base64. */
const plainPng = async (background: string) =>
  (
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer()
  ).toString('base64')
/** Finds the box of the pixels with exactly this colour, and whether they fill it. */
async function boxOf(path: string, colour: readonly [number, number, number]) {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const found: [number, number][] = []
  for (let at = 0; at < info.width * info.height; at++)
    if (colour.every((value, channel) => data[3 * at + channel] === value))
      found.push([at % info.width, Math.floor(at / info.width)])
  const [xs, ys] = [found.map(([x]) => x), found.map(([, y]) => y)]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [width, height] = [Math.max(...xs) - left + 1, Math.max(...ys) - top + 1]
  return { left, top, width, height, filled: found.length / (width * height) }
}
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Finds the rows and columns of the smallest box with all pixels that are not white. */
async function ink(path: string) {
  const { info } = await sharp(path)
    .flatten()
    .trim({ background: '#ffffff', threshold: 8 })
    .toBuffer({ resolveWithObject: true })
  return info
}

describe('writeFigure', () => {
  it('writes every format under the id of the figure and returns the sizes', async () => {
    const formats = ['pdf', 'svg', 'png', 'csv', 'json', 'txt', 'tex'] as const
    const files = await writeFigure(curves, formats, join(folder, 'new', 'all'), size)
    expect(files.map(({ path }) => path.replace(folder, ''))).toEqual(
      formats.map((format) => join('/new/all', `patch-drop.${format}`)),
    )
    for (const { path, bytes } of files) expect(readFileSync(path)).toHaveLength(bytes)
    expect(readdirSync(join(folder, 'new', 'all'))).toHaveLength(7)
  })

  it('writes a caption that is valid TeX', async () => {
    const spec = { ...curves, title: 'Loss_of 5 % & more', id: 'patch drop', notes: ['ε = 4/255'] }
    const [file] = await writeFigure(spec, ['tex'], join(folder, 'tex'), size)
    const text = readFileSync(file?.path ?? '', 'utf8')
    expect(text).toMatch(/^\\caption\{Loss\\_of 5 \\% \\& more\. /)
    expect(text).toContain('$\\varepsilon$ = 4/255')
    expect(text).toMatch(/\}\n\\label\{fig:patch-drop\}\n$/)
  })

  it('writes the same bytes for the same input, whatever was rendered in between', async () => {
    const once = await writeFigure(
      curves,
      ['pdf', 'svg', 'png', 'csv', 'json', 'txt', 'tex'],
      join(folder, 'once'),
      size,
    )
    await writeFigure(bars, ['svg', 'png', 'pdf'], join(folder, 'between'), size)
    const twice = await writeFigure(
      curves,
      ['pdf', 'svg', 'png', 'csv', 'json', 'txt', 'tex'],
      join(folder, 'twice'),
      size,
    )
    expect(twice.map(({ path }) => digest(path))).toEqual(once.map(({ path }) => digest(path)))
  })

  it('puts photographs in the place of cells, square like these, in every format', async () => {
    const { cells, ...rest } = matrix('sequential', [null, 0.2, 0.9, 0.4, 0.6, null])
    const [red, blue] = await Promise.all(['#ff0000', '#0000ff'].map(plainPng))
    const place = { rows: 1, columns: 1 }
    const spec = figureSpec.parse({
      ...rest,
      cells: {
        ...cells,
        pictures: [
          { ...place, row: 0, column: 0, png: red },
          { ...place, row: 1, column: 2, png: blue },
        ],
      },
    })
    const files = await writeFigure(spec, ['png', 'svg', 'pdf'], folder, size)
    const path = files.find((file) => file.path.endsWith('.png'))?.path ?? ''
    const [first, last] = [await boxOf(path, [255, 0, 0]), await boxOf(path, [0, 0, 255])]
    for (const box of [first, last]) {
      expect(Math.abs(box.width - box.height)).toBeLessThanOrEqual(2)
      expect(box.filled).toBeGreaterThan(0.9)
    }
    // The second picture is two columns to the right and one row down; both have the size of a cell.
    expect(Math.abs(last.left - first.left - 2 * first.width)).toBeLessThanOrEqual(3)
    expect(Math.abs(last.top - first.top - first.height)).toBeLessThanOrEqual(3)
    const svg = readFileSync(files.find((file) => file.path.endsWith('.svg'))?.path ?? '', 'utf8')
    expect(svg).toContain(`base64,${red}`)
  })

  it('writes a PNG of width times dpi pixels that states its resolution', async () => {
    const [file] = await writeFigure(bars, ['png'], folder, { ...size, heightInches: 2.1 })
    const { width, height, density } = await sharp(file?.path).metadata()
    expect([width, height, density]).toEqual([650, 420, 200])
  })

  it('writes JSON that can be read as a figure', async () => {
    const [file] = await writeFigure(curves, ['json'], folder, size)
    expect(figureSpec.parse(JSON.parse(readFileSync(file?.path ?? '', 'utf8')))).toEqual(curves)
  })

  it('never writes outside the folder, whatever the id', async () => {
    const [file] = await writeFigure({ ...curves, id: '../../etc/x y' }, ['csv'], join(folder, 'safe'), size)
    expect(file?.path).toBe(join(folder, 'safe', 'etc-x-y.csv'))
    expect(['', '...', 'con', 'a/b', 'top1.v2'].map(safeName)).toEqual([
      'figure',
      'figure',
      'figure-con',
      'a-b',
      'top1.v2',
    ])
  })

  it('keeps letters of any script in a name, and shortens it to what file systems allow', () => {
    expect(['Größe', '图 1: 精度', 'Σ/λ'].map(safeName)).toEqual(['Größe', '图-1-精度', 'Σ-λ'])
    expect(['Größe', '图', 'Σ-λ 2'].map(plainName)).toEqual(['Gro-e', 'figure', '2'])
    expect(Buffer.byteLength(safeName('精'.repeat(200)))).toBeLessThanOrEqual(160)
  })

  it('replaces an earlier version of a figure in a shared folder, and never files of other owners', async () => {
    const directory = join(folder, 'shared')
    const named = async (owner: string, spec: typeof curves) =>
      (await writeFigure(spec, ['csv', 'json'], { shared: directory, owner }, size)).map(({ path }) =>
        basename(path),
      )
    const titleOf = (name: string): unknown =>
      JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')).title
    expect(await named('figure 1', curves)).toEqual(['patch-drop.csv', 'patch-drop.json'])
    expect(await named('figure 2', curves)).toEqual(['patch-drop-2.csv', 'patch-drop-2.json'])
    expect(await named('figure 1', { ...curves, title: 'Edited' })).toEqual([
      'patch-drop.csv',
      'patch-drop.json',
    ])
    expect([titleOf('patch-drop'), titleOf('patch-drop-2')]).toEqual(['Edited', curves.title])
    // A file without an owner is kept, also where the list of owners cannot be read.
    writeFileSync(join(directory, '.owners.json'), '{ broken')
    expect(await named('figure 1', curves)).toEqual(['patch-drop-3.csv', 'patch-drop-3.json'])
    expect(titleOf('patch-drop')).toBe('Edited')
  })

  it('leaves no file where it cannot write', async () => {
    const blocked = join(folder, 'blocked')
    writeFileSync(blocked, 'a file')
    await expect(writeFigure(curves, ['csv'], blocked, size)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(join(blocked, 'patch-drop.csv')),
    })
    expect(readFileSync(blocked, 'utf8')).toBe('a file')
  })

  it('refuses pictures that would take gigabytes', async () => {
    await expect(writeFigure(curves, ['png'], folder, { widthInches: 20, dpi: 1200 })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('invalid dpi: 1200'),
    })
  })

  it('lets the process end', async () => {
    const index = new URL('../../../src/engine/figures/index.ts', import.meta.url).href
    const script = `import { createPress, writeFigure } from '${index}'
      const press = createPress()
      await writeFigure(press.render, JSON.parse(process.argv[2]), ['svg', 'png'], process.argv[3], { widthInches: 3, dpi: 72 })
      await press.close()`
    const file = join(folder, 'process.mjs')
    writeFileSync(file, script)
    const args = [file, JSON.stringify(curves), join(folder, 'process')]
    await promisify(execFile)(process.execPath, args, { timeout: 100_000 })
    expect(readdirSync(join(folder, 'process')).sort()).toEqual(['patch-drop.png', 'patch-drop.svg'])
  })
})

describe('SVG', () => {
  it('has the exact physical width, a title and a description', async () => {
    const text = await svg()
    expect(text).toMatch(/^<svg [^>]*width="3.25in" height="2in" viewBox="0 0 1170 720"/)
    expect(text).toContain('<title>Random patch drop</title>')
    expect(text).toContain(`<desc>${curves.alt} Line chart of 3 series`)
    expect(text).toContain('\n320 images, seed 7</desc>')
  })

  it('is well-formed, runs no script and loads nothing', async () => {
    const text = await svg()
    await expect(sharp(Buffer.from(text)).metadata()).resolves.toMatchObject({ format: 'svg' })
    expect(text).not.toMatch(/<script|on[a-z]+="|ecmeta|:hover|(?:href|src)="(?!#)/)
    expect(text.match(/url\((?!data:|#)/g)).toBeNull()
  })

  it('keeps foreign names as text', async () => {
    expect(await svg()).toContain('>Net &lt;31&gt;</text>')
    const hostile = { ...curves, title: '</title><script>alert(1)</script>' }
    expect(await svg(hostile)).not.toContain('<script>')
  })

  it('embeds the font that its text was measured with', async () => {
    expect(await svg()).toContain(
      "@font-face{font-family:'Inter';font-weight:400;src:url(data:font/woff;base64,",
    )
    const serif = await svg(curves, 'embedded', 'serif')
    expect(serif).toContain("font-family:'STIX Two Text'")
    expect(serif).not.toContain('Inter')
  })

  it('turns text into outlines on request, except texts with characters that the font lacks', async () => {
    expect(await svg(curves, 'outlines')).not.toMatch(/<text|@font-face/)
    const foreign = structuredClone(curves)
    if (foreign.series[0]) foreign.series[0].name = '大核'
    expect((await svg(foreign, 'outlines')).match(/<text [^>]*>[^<]*<\/text>/g)).toEqual([
      expect.stringContaining('大核'),
    ])
  })

  it('has all content inside its borders', async () => {
    for (const spec of [curves, bars, matrix('diverging', [1, -2, 3, null, 0.5, 0])]) {
      const [file] = await writeFigure(spec, ['png'], join(folder, 'inside'), { widthInches: 3.25, dpi: 100 })
      const whole = await sharp(file?.path).metadata()
      const { width, height, trimOffsetLeft = 0, trimOffsetTop = 0 } = await ink(file?.path ?? '')
      expect(-trimOffsetLeft).toBeGreaterThan(0)
      expect(-trimOffsetTop).toBeGreaterThan(0)
      expect(-trimOffsetLeft + width).toBeLessThan(325)
      expect(-trimOffsetTop + height).toBeLessThan(whole.height)
    }
  })

  it('writes colours in forms that every SVG reader knows, with a separate opacity', async () => {
    for (const spec of [curves, bars]) {
      const drawn = await svg(spec)
      const colours = [...drawn.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour)
      expect(
        colours.filter(
          (colour) =>
            !/^(none|transparent|#[0-9a-f]{3}|#[0-9a-f]{6}|rgb\(\d+,\d+,\d+\))$/i.test(colour ?? ''),
        ),
      ).toEqual([])
    }
    // The background under the name of a reference.
    expect(await svg(curves)).toContain('fill-opacity="0.65"')
  })

  it('is higher where a legend of many rows is above the plot, and keeps the height of the plot', async () => {
    const many = Array.from({ length: 16 }, (_, slot) => ({
      ...curves.series[0]!,
      id: `s${slot}`,
      name: `A net with a long name, layer ${slot}`,
      slot,
    }))
    const heights = [many.slice(0, 2), many].map(async (series) => {
      const options = { widthInches: 3.25, dpi: 72 }
      const content = {
        kind: 'figure' as const,
        spec: { ...curves, kind: 'scatter' as const, series },
        options,
      }
      const drawn = Buffer.from(await renderFigure({ content, format: 'svg', dpi: 72 })).toString()
      const [, height = ''] = /<svg[^>]* height="([\d.]+)in"/.exec(drawn) ?? []
      return 72 * Number(height)
    })
    const [few = 0, lots = 0] = await Promise.all(heights)
    // One entry fits into a row, so there are fourteen rows of 8 pt text more.
    expect(lots - few).toBeGreaterThan(14 * 8)
    expect(lots - few).toBeLessThan(14 * 8 * 1.6)
  })
})

describe('PDF', () => {
  const pdf = async (typeface: 'sans' | 'serif', spec = curves) => {
    const [file] = await writeFigure(spec, ['pdf'], join(folder, typeface), {
      ...size,
      heightInches: 2,
      typeface,
    })
    return readFileSync(file?.path ?? '', 'latin1')
  }

  it('is one page of the exact size, with vector graphics only', async () => {
    const text = await pdf('sans')
    expect(text).toMatch(/^%PDF-1\.5/)
    expect(text.match(/\/MediaBox \[[^\]]*\]/g)).toEqual(['/MediaBox [0 0 234 144]'])
    expect(text).not.toContain('/Subtype /Image')
  })

  it('embeds only the used part of the font', async () => {
    for (const [typeface, name] of [
      ['sans', 'Inter-Regular'],
      ['serif', 'STIXTwoText-Regular'],
    ] as const) {
      const text = await pdf(typeface)
      expect(text).toMatch(new RegExp(`/BaseFont /[A-Z]{6}\\+${name}`))
      expect(text).toContain('/FontFile2')
      expect(text.length).toBeLessThan(40_000)
    }
  })

  it('uses the fallback font for a text with characters that the first font lacks', async () => {
    const other = structuredClone(curves)
    if (other.series[0]) other.series[0].name = 'K ≥ 31'
    const text = await pdf('serif', other)
    expect(text).toMatch(/\+Inter-Regular/)
    expect(text).toMatch(/\+STIXTwoText-Regular/)
  })
})

describe('writeTable', () => {
  const table = {
    id: 'per class',
    title: 'Per class',
    columns: [
      { key: 'class', title: 'Class', kind: 'text' as const },
      { key: 'top1', title: 'Top-1', kind: 'fraction' as const, better: 'higher' as const },
    ],
    rows: [
      { class: 'cat', top1: 0.5 },
      { class: 'dog', top1: 0.75 },
    ],
  }

  it('writes every format beside the figures, with provenance under Markdown and beside LaTeX', async () => {
    const files = await writeTable(table, ['tex', 'md', 'csv', 'json'], join(folder, 'tables'), {
      provenance: ['n = 2.', 'Seed 7.'],
    })
    const endings = ['tex', 'md', 'csv', 'json', 'provenance.txt']
    expect(files.map(({ path }) => path)).toEqual(
      endings.map((ending) => join(folder, 'tables', `table-per-class.${ending}`)),
    )
    const [tex = '', md = '', csv = '', json = '', provenance] = files.map(({ path }) =>
      readFileSync(path, 'utf8'),
    )
    expect(tex).toContain('dog & \\bfseries 75.0')
    expect(tex).not.toContain('n = 2.')
    expect(provenance).toBe('n = 2.\nSeed 7.\n')
    expect(md).toBe(
      '**Per class**\n\n| Class | Top-1 (%) ↑ |\n| :-- | --: |\n| cat | <u>50.0</u> |\n| dog | **75.0** |\n\nn = 2. Seed 7.\n',
    )
    expect(csv).toBe('class,top1\r\ncat,0.5\r\ndog,0.75\r\n')
    expect(JSON.parse(json)).toEqual(table)
  })

  it('escapes Markdown in titles and notes', () => {
    const table: DataTable = { id: 't', title: 'a*b_c', columns: [], rows: [] }
    const md = formattedTable(table, 'md', { provenance: ['# of images: <b>3</b>.', '$x$'] })
    expect(md).toContain('**a\\*b\\_c**')
    expect(md).toContain('\n\\# of images: \\<b\\>3\\</b\\>. \\$x\\$\n')
  })
})

describe('typeface', () => {
  const inter = typeface('sans').faces.regular

  it('measures widths in proportion to the font size, with kerning', () => {
    expect(inter.width('Top-1 accuracy (%)', 16)).toBeCloseTo(2 * inter.width('Top-1 accuracy (%)', 8), 10)
    expect(inter.width('AV', 100)).toBeLessThan(inter.width('A', 100) + inter.width('V', 100))
  })

  it('has the characters of figures: Greek, minus, times, dashes', () => {
    for (const name of ['sans', 'serif'] as const)
      for (const face of Object.values(typeface(name).faces)) {
        expect(face.covers('0.3π −1 31×31 ε ± µ² – … é ß')).toBe(true)
        expect(face.covers('大')).toBe(false)
      }
    expect(inter.covers('≥ ≤ → ∞')).toBe(true)
  })

  it('has outlines inside the measured box', () => {
    const numbers = inter.outline('HHH', 10, 5, 20).match(/-?[\d.]+ -?[\d.]+/g) ?? []
    const xs = numbers.map((pair) => Number(pair.split(' ')[0]))
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...xs)).toBeLessThanOrEqual(5 + inter.width('HHH', 10))
  })
})
