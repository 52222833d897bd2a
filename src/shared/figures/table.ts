import type { DataTable } from './dataTable.ts'
import { panelLetter } from './compose/caption.ts'
import type { FigureStyle } from './compose/composition.ts'
import { axisName, inHundredths } from './format.ts'
import { fullName, hasRange } from './points.ts'
import { withIntervals } from './intervals.ts'
import type { FigureSpec, Point } from './spec.ts'

type Row = DataTable['rows'][number]
type Column = DataTable['columns'][number]

/**
 * The data of a figure in long form, one row per point: series, x, y, and lo, hi, n where any point has them; the
 * planned n and draws where a point stands on fewer, with both its ranges: lo and hi are those that are drawn. Values are those of the spec (fractions stay fractions). A heatmap
 * gives one row per cell.
 */
export function specToTable(spec: FigureSpec): DataTable {
  return spec.kind === 'heatmap' ? cellTable(spec) : pointTable(spec)
}

/**
 * The data of a composed figure in one long table: the panel's letter, then the panel's columns. Columns that a panel
 * does not have stay empty.
 */
export function composedTable(
  title: string,
  specs: readonly FigureSpec[],
  letters: FigureStyle['letters'],
): DataTable {
  const tables = specs.map(specToTable)
  const columns = new Map<string, Column>()
  for (const table of tables)
    for (const column of table.columns) columns.set(column.key, columns.get(column.key) ?? column)
  const known = [...columns.values()]
  return {
    id: title,
    title,
    columns: [
      { key: 'panel', title: 'Panel', kind: 'text' },
      { key: 'figure', title: 'Figure', kind: 'text' },
      ...known,
    ],
    rows: tables.flatMap((table, at) =>
      table.rows.map((row): Row => ({
        panel: panelLetter(letters === 'none' ? 'a' : letters, at, specs.length).replace(/[()]/g, ''),
        figure: table.title,
        ...Object.fromEntries(known.map(({ key }) => [key, row[key] ?? null])),
      })),
    ),
  }
}

function pointTable(spec: FigureSpec): DataTable {
  const shown = withIntervals(spec)
  const points = spec.series.flatMap((series, at) =>
    series.points.map((own, place) => {
      const drawn = shown.series[at] ?? series
      return { series: drawn, point: drawn.points[place] ?? own, own }
    }),
  )
  const ranged = points.some(({ point }) => hasRange(point))
  const counted = points.some(({ point }) => point.n !== undefined)
  const partial = points.some(({ point }) => point.of !== undefined)
  const open = points.some(({ point }) => point.all !== undefined)
  const drawn = points.some(({ point }) => point.draws !== undefined)
  const reported = spec.series.some(({ origin }) => origin === 'reported')
  const kind = kindOf(spec.y)
  const categories = spec.x.scale === 'category' ? spec.x.categories : undefined
  const columns: Column[] = [
    { key: 'series', title: 'Series', kind: 'text' },
    ...(reported ? [{ key: 'origin', title: 'Origin', kind: 'text' as const }] : []),
    {
      key: 'x',
      title: title(spec.x),
      kind: categories ? 'text' : kindOf(spec.x),
    },
    { key: 'y', title: title(spec.y), kind },
    ...(ranged
      ? [
          { key: 'lo', title: 'Low', kind } as const,
          { key: 'hi', title: 'High', kind } as const,
          { key: 'range', title: 'Range', kind: 'text' } as const,
        ]
      : []),
    ...(counted ? [{ key: 'n', title: 'n', kind: 'integer' as const }] : []),
    ...(partial ? [{ key: 'of', title: 'of', kind: 'integer' as const }] : []),
    ...(open
      ? [
          { key: 'allLo', title: 'Low, all images', kind } as const,
          { key: 'allHi', title: 'High, all images', kind } as const,
          { key: 'completeLo', title: 'Low, as when complete', kind } as const,
          { key: 'completeHi', title: 'High, as when complete', kind } as const,
        ]
      : []),
    ...(drawn ? [{ key: 'draws', title: 'Draws', kind: 'text' as const }] : []),
  ]
  const rows = points.map(({ series, point, own }): Row => ({
    series: series.origin === 'reported' ? series.name : fullName(series),
    ...(reported ? { origin: series.origin } : {}),
    x: categories ? (categories[point.x] ?? point.x) : point.x,
    y: point.y,
    ...(ranged
      ? { lo: point.lo ?? null, hi: point.hi ?? null, range: point.rangeLabel ?? series.bandLabel ?? null }
      : {}),
    ...(counted ? { n: point.n ?? null } : {}),
    ...(partial ? { of: point.of ?? point.n ?? null } : {}),
    ...(open ? bothRanges(own) : {}),
    ...(drawn ? { draws: point.draws ? `${point.draws.n} of ${point.draws.of}` : 'all' } : {}),
  }))
  return { id: spec.id, title: spec.title, columns, rows }
}

/** Of an unfinished point: what is known of all images, and the range as when complete. */
const bothRanges = ({ all, lo, hi }: Point): Row => ({
  allLo: all?.lo ?? null,
  allHi: all?.hi ?? null,
  completeLo: (all && lo) ?? null,
  completeHi: (all && hi) ?? null,
})

function cellTable(spec: FigureSpec): DataTable {
  const cells = spec.cells ?? { rows: [], columns: [], values: [], label: 'Value' }
  return {
    id: spec.id,
    title: spec.title,
    columns: [
      { key: 'row', title: spec.y.label, kind: 'text' },
      { key: 'column', title: spec.x.label, kind: 'text' },
      { key: 'value', title: cells.label, kind: 'number' },
    ],
    rows: cells.rows.flatMap((row, r) =>
      cells.columns.map((column, c): Row => ({
        row,
        column,
        value: cells.values[r * cells.columns.length + c] ?? null,
      })),
    ),
  }
}

const kinds = {
  percent: 'fraction',
  points: 'points',
  none: 'number',
  pi: 'number',
  pixels: 'number',
} as const

const kindOf = ({ unit }: FigureSpec['x']) => kinds[unit]

/** Whoever formats a `fraction` or `points` adds the unit, so the title does not repeat it. */
const title = (axis: FigureSpec['x']): string => (inHundredths(axis.unit) ? axis.label : axisName(axis))
