import { describe, expect, it } from 'vitest'
import { sortRows, type Column } from '../../src/renderer/ui/table.ts'
import * as format from '../../src/renderer/lib/format.ts'

describe('numbers on screen', () => {
  it.each([
    [format.integer(1234567), '1,234,567'],
    [format.integer(null), '–'],
    [format.compact(79_890_000), '79.9 M'],
    [format.compact(15.37e9), '15.4 G'],
    [format.compact(512), '512'],
    [format.bytes(1536), '1.5 KB'],
    [format.bytes(319_560_000), '305 MB'],
    [format.bytes(12), '12 B'],
    [format.percent(0.8123), '81.2 %'],
    [format.points(-0.0123), '−1.2 points'],
    [format.points(-0.0002), '0.0 points'],
    [format.percentRange({ lo: 0.79, hi: 0.833 }), '79.0 to 83.3 %'],
    [format.significant(0.012345), '0.01235'],
    [format.significant(1.2e-7, 3), '1.20e-7'],
    [format.significant(0), '0'],
    [format.pValue(0.00012), '< 0.001'],
    [format.pValue(0.0412), '0.041'],
    [format.duration(0), '0 s'],
    [format.duration(0.02), '0.1 s'],
    [format.duration(0.44), '0.4 s'],
    [format.duration(0.96), '1 s'],
    [format.duration(48.4), '48 s'],
    [format.duration(185), '3 min 05 s'],
    [format.duration(7800), '2 h 10 min'],
    [format.duration(null), '–'],
    [format.shape(['N', 3, null]), '[N, 3, ?]'],
    [format.plural(1, 'class', 'classes'), '1 class'],
    [format.plural(2000, 'image'), '2,000 images'],
    [format.baseName('C:\\data\\net.onnx'), 'net.onnx'],
    [format.baseName('/data/val/'), 'val'],
  ])('%s', (text, expected) => expect(text).toBe(expected))
})

describe('sorting a table', () => {
  interface Row {
    name: string
    top1: number | null
  }
  const rows: Row[] = [
    { name: 'block 10', top1: 0.5 },
    { name: 'block 2', top1: null },
    { name: 'block 1', top1: 0.9 },
    { name: 'block 3', top1: 0.5 },
  ]
  const columns: Column<Row>[] = [
    { key: 'name', title: 'Name', text: (r) => r.name },
    { key: 'top1', title: 'Top-1', text: (r) => String(r.top1), value: (r) => r.top1 },
  ]
  const names = (key: string, descending: boolean) =>
    sortRows(rows, columns, { key, descending }).map((r) => r.name)

  it('sorts names by the numbers in them', () =>
    expect(names('name', false)).toEqual(['block 1', 'block 2', 'block 3', 'block 10']))
  it('puts rows without a value last in either direction, and keeps the order of equal rows', () => {
    expect(names('top1', false)).toEqual(['block 10', 'block 3', 'block 1', 'block 2'])
    expect(names('top1', true)).toEqual(['block 1', 'block 10', 'block 3', 'block 2'])
  })
  it('leaves the rows unchanged without an order', () => expect(sortRows(rows, columns, null)).toEqual(rows))
})
