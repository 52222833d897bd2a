import type { DataTable } from './dataTable.ts'
import { numberText } from '../params/numbers.ts'
import { plainNumber } from './format.ts'

type Column = DataTable['columns'][number]
type Row = DataTable['rows'][number]

/** More conditions cannot be read side by side. */
const mostConditions = 24

/**
 * A table of results as models x conditions: a row for each model, a column for each condition with the first value that
 * is better higher or lower. Number of images: in the title where it is one, a column where it differs by model only, else
 * a column beside each condition. Values of unequal n are not ranked. null where the rows are not models under conditions.
 */
export const wideTable = (table: DataTable): DataTable | null => wideForm(table)?.table ?? null

/** The wide form of a table with the column that its cells are from, and n where it is one. */
export interface WideForm {
  table: DataTable
  value: Column
  n: number | null
}

/** The same as `wideTable`, with what a caption needs. */
export function wideForm(table: DataTable): WideForm | null {
  const { columns, rows, comparedWithin = [] } = table
  const value = columns.find(({ better }) => better !== undefined)
  const within = tellingApart(
    columns.filter(({ key }) => comparedWithin.includes(key)),
    rows,
  )
  if (!value || within.length === 0 || !columns.some(({ key }) => key === 'model')) return null
  const conditions = conditionsOf(rows, within)
  const byModel = Map.groupBy(rows, (row) => String(row['model']))
  const cells = new Map(rows.map((row) => [`${row['model']}\n${nameOf(row, within)}`, row]))
  if (conditions.length < 2 || conditions.length > mostConditions || cells.size < rows.length) return null
  const counts = countsOf(columns, byModel)
  const { better, ...unranked } = value
  const own: Column = counts === 'by condition' ? unranked : value
  const wide: DataTable = {
    id: `${table.id}-wide`,
    title: typeof counts === 'number' ? `${value.title}, n = ${counts}` : value.title,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      ...(counts === 'by model' ? [{ key: 'n', title: 'Images', kind: 'integer' as const }] : []),
      ...conditions.flatMap((name): Column[] => [
        { ...(counts === 'by model' ? unranked : own), key: name, title: name },
        ...(counts === 'by condition' ? [{ key: `${name} n`, title: 'n', kind: 'integer' as const }] : []),
      ]),
    ],
    rows: [...byModel].map(([model, [first]]) => ({
      model,
      ...(counts === 'by model' ? { n: first?.['n'] ?? null } : {}),
      ...Object.fromEntries(
        conditions.flatMap((name) => {
          const row = cells.get(`${model}\n${name}`)
          return [
            [name, row?.[value.key] ?? null],
            ...(counts === 'by condition' ? [[`${name} n`, row?.['n'] ?? null]] : []),
          ]
        }),
      ),
    })),
  }
  return { table: wide, value, n: typeof counts === 'number' ? counts : null }
}

/** Names of the conditions: in ascending order where one number tells them apart, else as they come. */
function conditionsOf(rows: readonly Row[], within: readonly Column[]): string[] {
  const [only, ...others] = within
  const key = only?.key ?? ''
  const ascending =
    others.length === 0 && rows.every((row) => typeof row[key] === 'number')
      ? rows.toSorted((a, b) => Number(a[key]) - Number(b[key]))
      : rows
  return [...new Set(ascending.map((row) => nameOf(row, within)))]
}

/** The columns in which conditions differ; all of them where they do not. What is null says nothing of its condition. */
function tellingApart(within: readonly Column[], rows: readonly Row[]): Column[] {
  const telling = within.filter(
    ({ key }) => new Set(rows.flatMap((row) => (row[key] === null ? [] : [row[key]]))).size > 1,
  )
  return telling.length > 0 ? telling : [...within]
}

function nameOf(row: Row, within: readonly Column[]): string {
  const said = within.filter(({ key }) => row[key] !== null && row[key] !== undefined)
  return (said.length > 0 ? said : within).map(({ key, kind }) => textOf(row[key], kind)).join(', ')
}

function textOf(value: Row[string] | undefined, kind: Column['kind']): string {
  if (value === null || value === undefined) return '–'
  if (typeof value !== 'number') return String(value)
  if (kind === 'fraction') return `${Number((100 * value).toFixed(1))} %`
  const exact = numberText(value)
  return exact.includes('/') ? exact : plainNumber(value)
}

/** The number of images where all rows have one, else where it differs; null where the table has none. */
function countsOf(
  columns: readonly Column[],
  byModel: ReadonlyMap<string, readonly Row[]>,
): number | 'by model' | 'by condition' | null {
  if (!columns.some(({ key, title }) => key === 'n' && title === 'Images')) return null
  const sets = [...byModel.values()].map((rows) => new Set(rows.map((row) => Number(row['n']))))
  const all = new Set(sets.flatMap((set) => [...set]))
  if (all.size === 1) return [...all][0] ?? null
  return sets.every((set) => set.size === 1) ? 'by model' : 'by condition'
}
