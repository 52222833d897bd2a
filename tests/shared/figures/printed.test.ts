import { describe, expect, it } from 'vitest'
import type { DataTable } from '#shared/contract/index.ts'
import { figureCaption } from '#shared/figures/caption.ts'
import { printedColumns } from '#shared/figures/cells.ts'
import { tableToLatex } from '#shared/figures/latex.ts'
import { fitOf, headerLines } from '#shared/figures/latexFit.ts'
import { latexText } from '#shared/figures/latexText.ts'
import { tableToMarkdown } from '#shared/figures/markdown.ts'
import { venueSetting, venues } from '#shared/figures/venues.ts'
import { curves } from './specs.ts'

const table: DataTable = {
  id: 'robust',
  title: 'Robustness_50% & more',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
    { key: 'mce', title: 'mCE', kind: 'number', better: 'lower' },
    { key: 'change', title: 'Change', kind: 'points' },
    { key: 'n', title: 'n', kind: 'integer' },
  ],
  rows: [
    { model: 'A_1', top1: 0.81249, mce: 36.5, change: -0.0004, n: 320 },
    { model: 'B|2', top1: 0.8125, mce: 45.45, change: -0.251, n: 50000 },
    { model: 'C{3}', top1: 0.7, mce: null, change: 0.02, n: 12 },
    { model: 'D', top1: 0.81251, mce: 53.6, change: null, n: 0 },
  ],
}

describe('printed columns', () => {
  const [model, top1, mce, change] = printedColumns(table)

  it('write shares in per cent, and the numbers of a column with the same decimals', () => {
    expect(top1?.title).toBe('Top-1 (%)')
    expect(mce?.cells.map(({ text }) => text)).toEqual(['36.50', '45.45', '–', '53.60'])
    expect(change?.cells.map(({ text }) => text)).toEqual(['0.0', '−25.1', '2.0', '–'])
    expect(model?.cells.map(({ text }) => text)).toEqual(['A_1', 'B|2', 'C{3}', 'D'])
  })

  it('write no more decimals than a number of the column has', () => {
    const column = (values: number[]) =>
      printedColumns({
        id: 'one',
        title: 'One',
        columns: [{ key: 'x', title: 'X', kind: 'number' }],
        rows: values.map((x) => ({ x })),
      })[0]?.cells.map(({ text }) => text)
    expect(column([0, 0.002, 0.004, 0.008])).toEqual(['0.000', '0.002', '0.004', '0.008'])
    expect(column([0.51, 1.02])).toEqual(['0.51', '1.02'])
    expect(column([1 / 3, 2])).toEqual(['0.333', '2.000'])
    expect(column([12_345.678, 3])).toEqual(['12346', '3'])
  })

  it('write p-values with two significant digits, and small ones as below a thousandth', () => {
    const tested: DataTable = {
      ...{ id: 'tests', title: 'Tests' },
      columns: [
        { key: 'model', title: 'Model', kind: 'text' },
        { key: 'p', title: 'p', kind: 'number', p: true },
      ],
      rows: [0.73428, 0.0412, 0.0012345, 1.8e-6, 2.4e-17, 1].map((p) => ({ model: 'A', p })),
    }
    expect(printedColumns(tested)[1]?.cells.map(({ text }) => text)).toEqual([
      '0.73',
      '0.041',
      '0.0012',
      '< 0.001',
      '< 0.001',
      '1',
    ])
    const latex = tableToLatex(tested)
    expect(latex).toContain('S[table-format=1.4]')
    expect(latex).toContain('{\\textless{} 0.001}')
  })

  it('mark the best and the second printed number, and equal numbers alike', () => {
    expect(top1?.cells.map(({ text, place }) => [text, place])).toEqual([
      ['81.2', 2],
      ['81.3', 1],
      ['70.0', null],
      ['81.3', 1],
    ])
    expect(mce?.cells.map(({ place }) => place)).toEqual([1, 2, null, null])
    expect(change?.cells.every(({ place }) => place === null)).toBe(true)
  })

  it('compare rows of the same condition only', () => {
    const rows = [
      { model: 'A', loss: 0, top1: 0.9 },
      { model: 'B', loss: 0, top1: 0.8 },
      { model: 'A', loss: 0.5, top1: 0.3 },
      { model: 'B', loss: 0.5, top1: 0.4 },
      { model: 'A', loss: 0.9, top1: 0.1 },
    ]
    const columns: DataTable['columns'] = [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'loss', title: 'Loss', kind: 'fraction' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
    ]
    const places = (comparedWithin: string[]) =>
      printedColumns({ ...table, columns, rows, comparedWithin })[2]?.cells.map(({ place }) => place)
    expect(places(['loss'])).toEqual([1, 2, 2, 1, null])
    expect(places([])).toEqual([1, 2, null, null, null])
  })

  it('mark nothing where there is nothing to compare', () => {
    const alone = printedColumns({ ...table, rows: table.rows.slice(0, 1) })
    expect(alone[1]?.cells[0]?.place).toBeNull()
  })
})

describe('tableToLatex', () => {
  it('is a booktabs table with aligned numbers and arrows', () => {
    expect(tableToLatex(table, { notes: ['n = 320 ± 1 %.'] })).toMatchInlineSnapshot(`
      "% \\usepackage{booktabs,siunitx}
      \\begin{table}
        \\centering
        \\caption{Robustness\\_50\\% \\& more}
        \\label{tab:robust}
        \\smallskip
        \\sisetup{table-number-alignment=right, table-text-alignment=right, mode=text, reset-text-series=false, group-digits=integer}
        \\begin{tabular}{l S[table-format=2.1] S[table-format=2.2] S[table-format=-2.1] S[table-format=5.0]}
          \\toprule
          Model & {Top-1 (\\%) $\\uparrow$} & {mCE $\\downarrow$} & {\\shortstack[r]{Change\\\\(points)}} & {n} \\\\
          \\midrule
          A\\_1 & {\\underline{\\num{81.2}}} & \\bfseries 36.50 & 0.0 & 320 \\\\
          B\\textbar{}2 & \\bfseries 81.3 & {\\underline{\\num{45.45}}} & -25.1 & 50000 \\\\
          C\\{3\\} & 70.0 & {--} & 2.0 & 12 \\\\
          D & \\bfseries 81.3 & 53.60 & {--} & 0 \\\\
          \\bottomrule
        \\end{tabular}
        \\par\\smallskip\\parbox{\\linewidth}{\\footnotesize n = 320 $\\pm$ 1 \\%.}
      \\end{table}
      "
    `)
  })

  it('breaks a table that is longer than a page, with its header on every page', () => {
    const rowsOf = (count: number) => Array.from({ length: count }, () => table.rows[0]!)
    const long = tableToLatex({ ...table, rows: rowsOf(41) }, { notes: ['n = 320.'] })
    expect(long.split('\n')[0]).toBe('% \\usepackage{booktabs,longtable,siunitx}')
    expect(long).not.toMatch(/\\begin\{(table|tabular)\}/)
    expect(long.match(/\{Top-1 \(\\%\)/g)).toHaveLength(2)
    expect(long.match(/A\\_1 &/g)).toHaveLength(41)
    for (const part of ['\\toprule', '\\bottomrule', '\\endfirsthead', '\\endhead', '\\endfoot'])
      expect(long).toContain(part)
    expect(tableToLatex({ ...table, rows: rowsOf(40) })).toContain('\\begin{tabular}')
  })

  it('escapes commands in text of others', () => {
    const hostile = tableToLatex({ ...table, title: '\\input{/etc/passwd} $x^2$ ~#1' })
    expect(hostile).toContain(
      '\\textbackslash{}input\\{/etc/passwd\\} \\$x\\textasciicircum{}2\\$ \\textasciitilde{}\\#1',
    )
  })
})

describe('the width of a table', () => {
  const wide = (count: number, title = 'Success, of those right before') =>
    printedColumns({
      id: 'wide',
      title: 'Wide',
      columns: [
        { key: 'model', title: 'Model', kind: 'text' },
        ...Array.from({ length: count }, (_, at) => ({ key: `c${at}`, title, kind: 'fraction' as const })),
      ],
      rows: [{ model: 'RepLK-31' }],
    })

  it('is the width of its numbers, because headers are broken into lines', () => {
    const of = (title: string, text = '12.3') =>
      headerLines({ title, cells: [{ text, numeric: true, place: null }] }, 10)
    expect(of('Change against the whole model (%)')).toEqual(['Change', 'against', 'the whole', 'model (%)'])
    expect(of('95 % from (%)')).toEqual(['95 % from', '(%)'])
    expect(of('Model')).toEqual(['Model'])
    expect(of('Change against the whole model', 'a long text of 25 letters')).toEqual([
      'Change against the whole',
      'model',
    ])
    const long = tableToLatex({
      ...table,
      columns: [{ key: 'top1', title: 'Mean of all classes', kind: 'fraction' }],
    })
    expect(long).toContain('{\\shortstack[r]{Mean of\\\\all\\\\classes\\\\(\\%)}} \\\\')
  })

  it('decides between one column and two, and sets a smaller type size where two are not enough', () => {
    expect(fitOf(wide(2))).toMatchObject({ size: '', wide: false })
    const fits = [1, 3, 4, 5, 6, 7, 8, 9, 12, 30].map((count) => fitOf(wide(count)))
    expect(fitOf(wide(5))).toMatchObject({ size: '\\footnotesize', wide: false })
    expect(fitOf(wide(6)).wide).toBe(true)
    for (const spans of [false, true]) {
      const sizes = fits.filter((fit) => fit.wide === spans).map(({ scale }) => scale)
      expect(sizes.length).toBeGreaterThan(2)
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    }
    expect(fits.at(-1)?.scale).toBeLessThan(0.7)
    // A table that breaks across pages is as wide as the text.
    expect(fitOf(wide(5), true)).toMatchObject({ size: '', wide: false })
    const columns = wide(8).map(({ title }, at) => ({ key: `c${at}`, title, kind: 'fraction' as const }))
    const rows = Array.from({ length: 41 }, () => ({ c1: 0.5 }))
    const short = tableToLatex({ ...table, columns, rows: rows.slice(0, 2) })
    expect(short).toContain('\\begin{table*}')
    expect(short).toContain(`% ${columns.length} columns, in \\`)
    // Around a longtable the type size would also apply to the caption.
    const long = tableToLatex({ ...table, columns, rows })
    expect(long).toMatch(/\\begin\{longtable\}\{>\{\\\w+\}S\[/)
    expect(long).not.toMatch(/^ *\\(small|footnotesize|scriptsize|tiny)/m)
  })
})

describe('latexText', () => {
  it('writes mathematical signs and Greek letters as commands', () => {
    expect(latexText('Σσαλ ∂∇√∫ × − ≤ ≥ → ∞ ± x² x₀ µm ½ 90°')).toBe(
      '$\\Sigma$$\\sigma$$\\alpha$$\\lambda$ $\\partial$$\\nabla$$\\surd$$\\int$ $\\times$ $-$ $\\le$ $\\ge$ $\\to$ $\\infty$ $\\pm$ x$^{2}$ x$_{0}$ $\\mu$m 1/2 90$^{\\circ}$',
    )
    const every = Array.from({ length: 0x3ca - 0x391 }, (_, at) => String.fromCodePoint(0x391 + at))
    for (const letter of every.filter((text) => /\p{L}/u.test(text)))
      expect(latexText(letter), letter).toMatch(/^(?:\$\\[A-Za-z]+\$|[A-Zo])$/)
    expect(latexText('ΑΒΕΖΗΙΚΜΝΟΡΤΧ')).toBe('ABEZHIKMNOPTX')
  })

  it('keeps letters that LaTeX has, and replaces all others by text that compiles', () => {
    expect(latexText('Größe, façade, “so” – Œuvre')).toBe("Größe, façade, ``so'' -- Œuvre")
    expect(latexText('ő ǐ ą ά ﬁ')).toBe('\\H{o} \\v{\\i} a $\\alpha$ fi')
    expect(latexText('图 😀 đ')).toBe('[U+56FE] [U+1F600] [U+0111]')
    const all = Array.from({ length: 0x3000 }, (_, at) => String.fromCodePoint(at)).join('')
    expect(latexText(all)).toMatch(/^[\x20-\x7eÀ-ÿŒœŁłŠšŽž]+$/)
  })
})

describe('tableToMarkdown', () => {
  it('aligns numbers, marks places and escapes names', () => {
    expect(tableToMarkdown(table).split('\n').slice(0, 4)).toEqual([
      '| Model | Top-1 (%) ↑ | mCE ↓ | Change (points) | n |',
      '| :-- | --: | --: | --: | --: |',
      '| A\\_1 | <u>81.2</u> | **36.50** | 0.0 | 320 |',
      '| B\\|2 | **81.3** | <u>45.45</u> | −25.1 | 50000 |',
    ])
  })
})

describe('figureCaption', () => {
  it('says what is shown, what the bands are, and every note, as sentences', () => {
    expect(figureCaption(curves)).toBe(
      'Random patch drop. Accuracy falls with the share of dropped patches. Bands: min to max of 3 repeats. Hollow and dashed: values reported in the paper. Dashed lines: chance, 6.3 %. 320 images, seed 7.',
    )
  })
})

describe('venues', () => {
  const icml = venues.find(({ id }) => id === 'icml')
  const neurips = venues.find(({ id }) => id === 'neurips')

  it('give the width of a column, of the text block or of a share of it', () => {
    if (!icml || !neurips) throw new Error('venues are missing')
    expect(venueSetting(icml, 'column')).toEqual({ width: 3.25, fontSize: 8, typeface: 'serif' })
    expect(venueSetting(icml, 'text').width).toBe(6.75)
    expect(venueSetting(neurips, 'column').width).toBe(5.5)
    expect(venueSetting(neurips, 1 / 3).width).toBe(1.833)
    expect(() => venueSetting(icml, 0)).toThrow('invalid span: 0')
  })

  it('have different ids', () => {
    expect(new Set(venues.map(({ id }) => id)).size).toBe(venues.length)
  })
})
