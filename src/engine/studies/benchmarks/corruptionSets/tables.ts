import type { DataTable } from '#shared/contract/index.ts'
import type { Grid } from '../../definition/index.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { cleanKey, keyOf } from '../shared/corruptionKeys.ts'
import { severities, type SetScores } from './scores.ts'

/** Mean error of every model, beside its error on clean images. */
export function summaryTable(grid: Grid, title: string, scores: ReadonlyMap<number, SetScores>): DataTable {
  return {
    id: 'summary',
    title,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Images each', kind: 'integer' },
      { key: 'error', title: 'Mean error', kind: 'fraction', better: 'lower' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'accuracy', title: 'Mean accuracy', kind: 'fraction', better: 'higher' },
      { key: 'clean', title: 'Clean top-1', kind: 'fraction', better: 'higher' },
    ],
    rows: grid.models.map(({ id, title: model }) => {
      const own = scores.get(id)
      return {
        model,
        n: own?.images ?? null,
        error: own?.all?.value ?? null,
        lo: own?.all?.interval?.lo ?? null,
        hi: own?.all?.interval?.hi ?? null,
        accuracy: own?.all ? 1 - own.all.value : null,
        clean: cellOf(grid, id, cleanKey)?.top1 ?? null,
      }
    }),
  }
}

/** Error by corruption, a column per model. */
export const corruptionTable = (
  grid: Grid,
  corruptions: readonly string[],
  scores: ReadonlyMap<number, SetScores>,
): DataTable => ({
  id: 'corruptions',
  title: 'Mean error by corruption',
  columns: [
    { key: 'corruption', title: 'Corruption', kind: 'text' },
    ...grid.models.map(({ id, title }) => ({
      key: `m${id}`,
      title,
      kind: 'fraction' as const,
      better: 'lower' as const,
    })),
  ],
  rows: corruptions.map((corruption) => ({
    corruption,
    ...Object.fromEntries(
      grid.models.map(({ id }) => [`m${id}`, scores.get(id)?.byCorruption.get(corruption)?.value ?? null]),
    ),
  })),
})

/** Top-1 of every model by corruption and severity. */
export const cellTable = (grid: Grid, corruptions: readonly string[]): DataTable => ({
  id: 'cells',
  title: 'Accuracy by corruption and severity',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'corruption', title: 'Corruption', kind: 'text' },
    { key: 'severity', title: 'Severity', kind: 'integer' },
    { key: 'n', title: 'Images', kind: 'integer' },
    { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
    { key: 'lo', title: '95 % from', kind: 'fraction' },
    { key: 'hi', title: 'to', kind: 'fraction' },
  ],
  rows: grid.models.flatMap(({ id, title }) =>
    corruptions.flatMap((corruption) =>
      severities.flatMap((severity) => {
        const cell = cellOf(grid, id, keyOf(corruption, severity))
        if (!cell) return []
        const { n, top1, interval } = cell
        return [
          { model: title, corruption, severity, n, top1, lo: interval?.lo ?? null, hi: interval?.hi ?? null },
        ]
      }),
    ),
  ),
})
