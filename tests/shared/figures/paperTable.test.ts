import { describe, expect, it } from 'vitest'
import { printedColumns } from '#shared/figures/cells.ts'
import type { DataTable } from '#shared/figures/dataTable.ts'
import { formattedTable } from '#shared/figures/formattedTable.ts'
import { fitOf } from '#shared/figures/latexFit.ts'
import { intervalNames, paperTable, wordsOf } from '#shared/figures/paperTable.ts'
import { curves } from './specs.ts'

const values = [0.9, 0.62, 0.4, 0.21, 0.1, 0.06]

/** Models under `count` losses. The interval of a value reaches 0.0312 down and 0.02 up. */
const table = (count: number): DataTable => ({
  id: 'accuracy',
  title: 'Accuracy against loss',
  comparedWithin: ['loss'],
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'loss', title: 'Loss', kind: 'fraction' },
    { key: 'n', title: 'Images', kind: 'integer' },
    { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
    { key: 'lo', title: '95 % from', kind: 'fraction' },
    { key: 'hi', title: 'to', kind: 'fraction' },
  ],
  rows: ['ResNet-50', 'RepLKNet-31B'].flatMap((model, place) =>
    Array.from({ length: count }, (_, at) => {
      const top1 = (values[at % values.length] ?? 0) - place / 20
      const loss = at / 20
      return { model, loss, n: 320, top1, lo: top1 - 0.0312, hi: top1 + 0.02 }
    }),
  ),
})
const words = { provenance: ['Seed 7.'], intervals: ['95 % Wilson interval'] }

describe('a table in a paper', () => {
  it('is models x conditions with n, unit and the reach of its intervals in words, and without provenance', () => {
    const tex = formattedTable(table(3), 'tex', words)
    expect(tex).toContain('\\caption{Accuracy against loss: Top-1 (\\%), higher is better, n = 320}')
    expect(tex).toContain('\\label{tab:accuracy}')
    expect(tex).toContain('Model & {0 \\%} & {5 \\%} & {10 \\%} \\\\')
    expect(tex).toContain('ResNet-50 & \\bfseries 90.0 & \\bfseries 62.0 & \\bfseries 40.0 \\\\')
    expect(tex).toContain('95 \\% Wilson interval: at most 3.2 points from a value.')
    expect(tex).not.toContain('Seed 7')
    expect(tex).toContain('\\begin{table}')
  })

  it('has every column on demand, and in CSV and Markdown', () => {
    const long = formattedTable(table(3), 'tex', { ...words, long: true })
    expect(long).toContain('RepLKNet-31B & 5.0 & 320 &')
    expect(long).toContain('Intervals: 95 \\% Wilson interval.')
    expect(long).not.toContain('Seed 7')
    expect(formattedTable(table(3), 'csv', words).split('\r\n')).toHaveLength(1 + 6 + 1)
    expect(formattedTable(table(3), 'md', words)).toMatch(/\| RepLKNet-31B \| 5\.0 \|[^]*Seed 7\.\n$/)
  })

  it('explains the mark of models with assumed preprocessing', () => {
    const provenance = ['* The preprocessing of ResNet-50 is assumed (no file beside it).']
    for (const long of [false, true]) {
      const tex = formattedTable(table(3), 'tex', { provenance, long })
      expect(tex).toContain('* The preprocessing is assumed.')
      expect(tex).not.toContain('no file beside it')
    }
  })

  it('says with which preprocessing models are shown, where it is not their own', () => {
    const line = 'Preprocessing: ViT (bilinear): shown with bilinear instead of bicubic.'
    for (const long of [false, true])
      expect(paperTable(table(3), { provenance: ['Seed 7.', line], long }).notes).toEqual([line])
  })

  it('says that a study is incomplete or has failures', () => {
    const noted = (measured: number, failed: number) =>
      paperTable(table(3), wordsOf({ answers: { measured, failed, of: 10 }, figures: [], provenance: [] }))
        .notes
    expect(noted(10, 0)).toEqual([])
    expect(noted(8, 2)).toEqual(['The study is complete with 2 failures.'])
    expect(noted(3, 1)).toEqual(['The study is incomplete: 3 of 10 measured, 1 failure.'])
  })

  it('says nothing of intervals that it does not have or know', () => {
    expect(paperTable(table(3)).notes).toEqual([])
    const { columns, ...rest } = table(3)
    const without = { ...rest, columns: columns.slice(0, 4) }
    expect(paperTable(without, words).notes).toEqual([])
    expect(paperTable(without, { ...words, long: true }).notes).toEqual([])
    expect(intervalNames([curves])).toEqual([])
    const series = curves.series.map((one) => ({ ...one, bandLabel: '95 % Wilson interval' }))
    expect(
      intervalNames([
        { ...curves, series },
        { ...curves, series },
      ]),
    ).toEqual(['95 % Wilson interval'])
  })

  it('is set smaller to fit one column, and spans both where it cannot', () => {
    const fitFor = (count: number) => fitOf(printedColumns(paperTable(table(count)).table))
    expect(fitFor(3)).toMatchObject({ size: '', wide: false })
    const sizes = [3, 4, 5, 6].map((count) => fitFor(count))
    expect(sizes.map(({ wide }) => wide)).toEqual([false, false, false, false])
    expect(sizes.at(-1)?.scale).toBeLessThan(1)
    const small = formattedTable(table(6), 'tex')
    expect(small).toMatch(/% 7 columns, in \\(small|footnotesize) for one column of 3\.25 inches/)
    expect(small).toMatch(/\\setlength\{\\tabcolsep\}\{\dpt\}/)
    const both = formattedTable(table(16), 'tex')
    expect(both).toContain('\\begin{table*}')
    expect(both).toContain('% 17 columns do not fit one column of 3.25 inches; table* spans both.')
  })
})
