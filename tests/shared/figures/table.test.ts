import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { tableToCsv } from '#shared/figures/csv.ts'
import { axisName, fixedNumber, formatTick, formatValue, plainNumber } from '#shared/figures/format.ts'
import { specToTable } from '#shared/figures/table.ts'
import { bars, curves, matrix } from './specs.ts'

describe('specToTable', () => {
  it('gives one row per point with range, n and origin', () => {
    const table = specToTable(curves)
    expect(table.columns.map(({ key }) => key)).toEqual([
      'series',
      'origin',
      'x',
      'y',
      'lo',
      'hi',
      'range',
      'n',
    ])
    expect(table.rows).toHaveLength(8)
    expect(table.rows[1]).toEqual({
      series: 'Net <31>',
      origin: 'measured',
      x: 0.5,
      y: 0.6,
      lo: 0.4,
      hi: 0.65,
      range: 'min to max of 3 repeats',
      n: 320,
    })
    expect(table.rows[5]).toMatchObject({ series: 'Net 3', y: null, lo: null, hi: null })
  })

  it('names categories', () => {
    expect(specToTable(bars).rows.map(({ x }) => x)).toEqual(['Net 31', 'Net 3', 'Net 31'])
  })

  it('gives one row per cell of a heatmap', () => {
    const { rows } = specToTable(matrix('sequential', [0, 1, 2, 3, null, 5]))
    expect(rows[4]).toEqual({ row: 'dog', column: 'dog', value: null })
    expect(rows).toHaveLength(6)
  })
})

describe('tableToCsv', () => {
  it('quotes only what must be quoted and ends every line with CRLF', () => {
    const text = tableToCsv({
      id: 't',
      title: 'T',
      columns: [
        { key: 'name', title: 'Name', kind: 'text' },
        { key: 'value', title: 'Value', kind: 'number' },
      ],
      rows: [
        { name: 'plain', value: 0.1 },
        { name: 'a "b", c\nd', value: null },
        { name: '', value: Number.NaN },
      ],
    })
    expect(text).toBe('name,value\r\nplain,0.1\r\n"a ""b"", c\nd",\r\n,\r\n')
  })

  it('gives a spreadsheet no formula to run, and leaves numbers as they are', () => {
    const texts = ['=1+1', '+cmd', '-2+3', '@sum', '\tx', '-1.5', '+3', 'a=b', '−2']
    const rows = texts.map((name) => ({ name, value: -1 }))
    const columns = [
      { key: 'name', title: 'Name', kind: 'text' as const },
      { key: 'value', title: 'Value', kind: 'number' as const },
    ]
    const read: string[][] = parse(tableToCsv({ id: 't', title: 'T', columns, rows }), { from: 2 })
    expect(read.map(([name]) => name)).toEqual([
      "'=1+1",
      "'+cmd",
      "'-2+3",
      "'@sum",
      "'\tx",
      '-1.5',
      '+3',
      'a=b',
      '−2',
    ])
    expect(new Set(read.map(([, value]) => value))).toEqual(new Set(['-1']))
  })

  it('is read correctly by a CSV parser', () => {
    const table = specToTable(curves)
    const rows: Record<string, string>[] = parse(tableToCsv(table), { columns: true })
    expect(rows.map(({ series }) => series)).toEqual(table.rows.map(({ series }) => series))
    expect(rows.map(({ y }) => (y === '' ? null : Number(y)))).toEqual(table.rows.map(({ y }) => y))
  })
})

describe('numbers of axes', () => {
  it('writes per cent, π and pixels', () => {
    expect(formatTick({ unit: 'percent' }, 0.07)).toBe('7')
    expect(formatTick({ unit: 'percent' }, 0.1 + 0.2)).toBe('30')
    expect([0, 0.3, 1].map((value) => formatTick({ unit: 'pi' }, value))).toEqual(['0', '0.3π', 'π'])
    expect(formatValue({ unit: 'pixels' }, 3)).toBe('3 px')
    expect(formatValue({ unit: 'percent' }, null)).toBe('–')
    expect(axisName({ label: 'Accuracy', unit: 'percent' })).toBe('Accuracy (%)')
    expect(axisName({ label: 'Drop in %', unit: 'percent' })).toBe('Drop in %')
    const points = { label: 'Change in top-1', unit: 'points' } as const
    expect(axisName(points)).toBe('Change in top-1 (points)')
    expect([formatTick(points, -0.05), formatValue(points, -0.05)]).toEqual(['−5', '−5.0 points'])
  })

  it('uses a true minus sign and never writes minus zero', () => {
    expect(plainNumber(-0.5)).toBe('−0.5')
    expect(fixedNumber(-0.04, 1)).toBe('0.0')
    expect(fixedNumber(-0.06, 1)).toBe('−0.1')
    expect(plainNumber(1e-9)).toBe('1e−9')
  })
})
