import type { DataTable } from '#shared/contract/index.ts'
import type { Grid } from '../definition/index.ts'

/** Accuracy of each condition of each model, the baseline among them. */
export function accuracyTable({ cells }: Pick<Grid, 'cells'>): DataTable {
  return {
    id: 'accuracy',
    title: 'Accuracy',
    comparedWithin: ['condition'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'condition', title: 'Condition', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'top5', title: 'Top-5', kind: 'fraction', better: 'higher' },
    ],
    rows: cells.map((cell) => ({
      ...{ model: cell.model, condition: cell.title, n: cell.n, top1: cell.top1, top5: cell.top5 },
      ...{ lo: cell.interval?.lo ?? null, hi: cell.interval?.hi ?? null },
    })),
  }
}
