import type { DataTable } from '#shared/contract/index.ts'
import { holm } from '#shared/maths/holm.ts'
import type { PairCounts } from '../../facts/index.ts'
import { testOfPairs } from './pairs.ts'

/** A condition of a model, and its images by whether they are right under the baseline and under the condition. */
export interface PairedRow {
  model: string
  condition: string
  /** null before both were measured. */
  counts: PairCounts | null
}

/**
 * The change of each condition against the baseline on the images that both have, with McNemar's exact test. All tests of
 * the table are one family for Holm's correction.
 */
export function againstBaselineTable(rows: readonly PairedRow[]): DataTable {
  // The first of the pairs is the baseline: a positive difference is a loss.
  const tested = rows.map((row) => ({ ...row, test: row.counts && testOfPairs(row.counts) }))
  const ps = tested.flatMap(({ test }) => (test ? [test.p] : []))
  const adjusted = holm(ps)
  let at = 0
  return {
    id: 'against-baseline',
    title: 'Change against the baseline, image by image',
    comparedWithin: ['condition'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'condition', title: 'Condition', kind: 'text' },
      { key: 'n', title: 'Images in both', kind: 'integer' },
      { key: 'lost', title: 'Lost', kind: 'integer' },
      { key: 'gained', title: 'Gained', kind: 'integer' },
      { key: 'change', title: 'Change in top-1', kind: 'points' },
      { key: 'lo', title: '95 % from', kind: 'points' },
      { key: 'hi', title: 'to', kind: 'points' },
      { key: 'p', title: 'McNemar p', kind: 'number', p: true },
      { key: 'adjusted', title: 'p, Holm', kind: 'number', p: true },
    ],
    rows: tested.map(({ model, condition, test }) => ({
      ...{ model, condition, n: test?.n ?? 0, lost: test?.onlyA ?? null, gained: test?.onlyB ?? null },
      change: test ? -test.difference : null,
      lo: test?.interval ? -test.interval.hi : null,
      hi: test?.interval ? -test.interval.lo : null,
      p: test?.p ?? null,
      adjusted: test ? (adjusted[at++] ?? null) : null,
    })),
  }
}
