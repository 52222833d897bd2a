import { expect, it } from 'vitest'
import type { DataTable } from '#shared/figures/dataTable.ts'
import { wideTable } from '#shared/figures/wideTable.ts'

const table = (rows: DataTable['rows']): DataTable => ({
  id: 'accuracy',
  title: 'Accuracy',
  comparedWithin: ['loss'],
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'loss', title: 'Loss', kind: 'fraction' },
    { key: 'n', title: 'Images', kind: 'integer' },
    { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
  ],
  rows,
})
const row = (model: string, loss: number, n: number, top1: number) => ({ model, loss, n, top1 })

it('has a row for each model and a column for each condition, in ascending order; a gap is null', () => {
  const wide = wideTable(
    table([row('A', 0, 10, 0.9), row('A', 0.5, 10, 0.5), row('B', 0.25, 10, 0.7), row('B', 0, 10, 0.8)]),
  )
  expect(wide?.title).toBe('Top-1, n = 10')
  expect(wide?.columns.map(({ key, better }) => [key, better])).toEqual([
    ['model', undefined],
    ['0 %', 'higher'],
    ['25 %', 'higher'],
    ['50 %', 'higher'],
  ])
  expect(wide?.rows).toEqual([
    { model: 'A', '0 %': 0.9, '25 %': null, '50 %': 0.5 },
    { model: 'B', '0 %': 0.8, '25 %': 0.7, '50 %': null },
  ])
})

it('says n by model or by condition where it differs, and ranks none of them', () => {
  const byModel = wideTable(
    table([row('A', 0, 10, 0.9), row('A', 0.5, 10, 0.5), row('B', 0, 4, 0.8), row('B', 0.5, 4, 0.1)]),
  )
  expect(byModel?.columns.map(({ key }) => key)).toEqual(['model', 'n', '0 %', '50 %'])
  expect(byModel?.rows[1]).toEqual({ model: 'B', n: 4, '0 %': 0.8, '50 %': 0.1 })
  const byCondition = wideTable(table([row('A', 0, 10, 0.9), row('A', 0.5, 3, 0.5)]))
  expect(byCondition?.columns.map(({ key }) => key)).toEqual(['model', '0 %', '0 % n', '50 %', '50 % n'])
  for (const { columns } of [byModel!, byCondition!]) expect(columns.some(({ better }) => better)).toBe(false)
})

it('names conditions by what tells them apart, and fractions of 255 as such', () => {
  const attack = (kind: string, epsilon: number | null, steps: number | null) => ({
    ...{ model: 'A', kind, epsilon, steps, n: 10, top1: 0.5 },
  })
  const wide = wideTable({
    ...table([attack('clean', null, null), attack('FGSM', 4 / 255, 1), attack('FGSM', 0.03, 1)]),
    comparedWithin: ['kind', 'epsilon', 'steps'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'kind', title: 'Attack', kind: 'text' },
      { key: 'epsilon', title: 'Epsilon', kind: 'number' },
      { key: 'steps', title: 'Steps', kind: 'integer' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
    ],
  })
  expect(wide?.columns.map(({ title }) => title)).toEqual(['Model', 'clean', 'FGSM, 4/255', 'FGSM, 0.03'])
})

it('is null where rows are not models under conditions, or a model has two rows of one', () => {
  const one = table([row('A', 0, 10, 0.9), row('A', 0.5, 10, 0.5)])
  expect(wideTable({ ...one, comparedWithin: [] })).toBeNull()
  expect(wideTable(table([row('A', 0, 10, 0.9), row('A', 0, 10, 0.5), row('A', 0.5, 10, 0.5)]))).toBeNull()
  expect(wideTable(table([row('A', 0, 10, 0.9)]))).toBeNull()
})
