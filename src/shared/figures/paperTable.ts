import { printedTitle } from './cells.ts'
import type { DataTable } from './dataTable.ts'
import { assumedMark } from '../preprocessing.ts'
import { preprocessingPrefix } from '../preprocessingChange.ts'
import { studyState, studyStateText, type StudyFacts } from '../studyState.ts'
import type { FigureSpec } from './spec.ts'
import { wideForm } from './wideTable.ts'

type Column = DataTable['columns'][number]

/** A table for a paper. Its title is the caption; the notes say what its intervals are. */
export interface PaperTable {
  table: DataTable
  notes: string[]
}

/** What goes with a table. */
export interface TableWords {
  /** What was used: seeds, digests, versions, definitions. */
  provenance?: readonly string[] | undefined
  /** What the intervals of the study are. */
  intervals?: readonly string[] | undefined
  /** How much of the study is stored. */
  facts?: StudyFacts | undefined
  /** Every column, also of a table with models x conditions. */
  long?: boolean | undefined
}

/** What the intervals of a study are, e.g. "95 % Wilson interval", as its figures call them. */
export const intervalNames = (figures: readonly FigureSpec[]): string[] => [
  ...new Set(
    figures
      .flatMap(({ series }) => series.flatMap(({ bandLabel = '' }) => bandLabel))
      .filter((label) => label.startsWith('95 %')),
  ),
]

/** What goes with the tables of a study's result. */
export const wordsOf = (
  result: StudyFacts & { figures: readonly FigureSpec[]; provenance: readonly string[] },
): TableWords => ({
  provenance: result.provenance,
  intervals: intervalNames(result.figures),
  facts: { answers: result.answers },
})

/**
 * The form of a table in a paper: models x conditions where it has one, else every column. The wide form has no column
 * of intervals; its note says how far they reach from a value at most. A mark of assumed preprocessing is
 * explained, what a study changes of the preprocessing is said, and a study that is incomplete or has failures is named so.
 */
export function paperTable(
  table: DataTable,
  { provenance = [], intervals = [], facts, long = false }: TableWords = {},
): PaperTable {
  const assumed = provenance.some((line) => line.startsWith(`${assumedMark} `))
  const marks = [
    ...(assumed ? [`${assumedMark} The preprocessing is assumed.`] : []),
    ...provenance.filter((line) => line.startsWith(preprocessingPrefix)),
    ...(facts && studyState(facts) !== 'complete' ? [`The study is ${studyStateText(facts)}.`] : []),
  ]
  const wide = long ? null : wideForm(table)
  if (!wide)
    return { table, notes: [...(table.columns.some(isInterval) ? definedAs(intervals) : []), ...marks] }
  const { value, n } = wide
  const better = value.better === undefined ? '' : `, ${value.better} is better`
  const count = n === null ? '' : `, n = ${n}`
  const title = `${table.title}: ${printedTitle(value)}${better}${count}`
  const reach = reachOf(table, value)
  return {
    table: { ...wide.table, id: table.id, title, plainHeaders: true },
    notes: [
      ...(reach === null || intervals.length === 0
        ? []
        : [`${intervals.join('; ')}: at most ${reach} from a value.`]),
      ...marks,
    ],
  }
}

const isInterval = ({ title, kind }: Column): boolean => kind === 'interval' || title.startsWith('95 %')

const definedAs = (intervals: readonly string[]): string[] =>
  intervals.length === 0 ? [] : [`Intervals: ${intervals.join('; ')}.`]

/**
 * The largest distance from a share to an end of its 95 % interval, rounded up to a tenth of a point. null where the two
 * columns after the value are not its interval.
 */
function reachOf({ columns, rows }: DataTable, value: Column): string | null {
  const at = columns.indexOf(value)
  const [from, to] = columns.slice(at + 1, at + 3)
  if (value.kind !== 'fraction' || from?.title !== '95 % from' || to?.title !== 'to') return null
  const reaches = rows.flatMap((row) => {
    const [middle, low, high] = [row[value.key], row[from.key], row[to.key]]
    return typeof middle === 'number' && typeof low === 'number' && typeof high === 'number'
      ? [middle - low, high - middle]
      : []
  })
  if (reaches.length === 0) return null
  return `${(Math.ceil(1000 * Math.max(...reaches) - 1e-9) / 10).toFixed(1)} points`
}
