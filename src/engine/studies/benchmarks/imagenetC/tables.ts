import type { DataTable } from '#shared/contract/index.ts'
import type { Grid } from '../../grid.ts'
import { cellOf } from '../outcomes.ts'
import { chosenCorruptions, chosenSeverities, keyOf, type CorruptionParams } from './conditions.ts'
import { cleanErrorOf, type Scores, type Unit } from './scores.ts'

/** One row per model: Tables 1, 5 and 6. */
export function summaryTable(grid: Grid, unit: Unit | null, scores: Map<number, Scores>): DataTable {
  const against = unit ? `, ${unit.name} = 100` : ''
  return {
    id: 'summary',
    title: 'Corruption robustness',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'images', title: 'Images each', kind: 'integer' },
      { key: 'clean', title: 'Clean top-1', kind: 'fraction', better: 'higher' },
      { key: 'mean5', title: 'Mean top-1, severity 5, 19', kind: 'fraction', better: 'higher' },
      { key: 'lo5', title: '95 % from', kind: 'fraction' },
      { key: 'hi5', title: 'to', kind: 'fraction' },
      { key: 'mce', title: `mCE${against}`, kind: 'number', better: 'lower' },
      { key: 'lo', title: '95 % from', kind: 'number' },
      { key: 'hi', title: 'to', kind: 'number' },
      { key: 'relative', title: `Relative mCE${against}`, kind: 'number', better: 'lower' },
      { key: 'error', title: 'Mean error, 19 x 5', kind: 'fraction', better: 'lower' },
    ],
    rows: grid.models.map((model) => {
      const own = scores.get(model.id)
      const clean = cleanErrorOf(grid, model)
      return {
        model: model.title,
        images: own?.images ?? null,
        clean: clean === null ? null : 1 - clean,
        mean5: own?.meanAccuracyAt5 ?? null,
        lo5: own?.accuracyInterval?.lo ?? null,
        hi5: own?.accuracyInterval?.hi ?? null,
        mce: own?.mce ?? null,
        lo: own?.mceInterval?.lo ?? null,
        hi: own?.mceInterval?.hi ?? null,
        relative: own?.relativeMce ?? null,
        error: own?.meanError ?? null,
      }
    }),
  }
}

/** One row per corruption: CE of every model. */
export function corruptionTable(
  grid: Grid,
  chosen: CorruptionParams,
  unit: Unit | null,
  scores: Map<number, Scores>,
): DataTable {
  const scoreOf = (modelId: number, corruption: string) =>
    scores.get(modelId)?.scores.find((score) => score.corruption === corruption)
  return {
    id: 'corruptions',
    title: unit ? `Corruption error, ${unit.name} = 100` : 'Mean error over severities',
    columns: [
      { key: 'corruption', title: 'Corruption', kind: 'text' },
      ...grid.models.map(({ id, title }) => ({
        key: `m${id}`,
        title,
        kind: unit ? ('number' as const) : ('fraction' as const),
        better: 'lower' as const,
      })),
    ],
    rows: chosenCorruptions(chosen).map((corruption) => ({
      corruption,
      ...Object.fromEntries(
        grid.models.map(({ id }) => {
          const score = scoreOf(id, corruption)
          return [`m${id}`, (unit ? score?.ce : score?.meanError) ?? null]
        }),
      ),
    })),
  }
}

/** Every cell: accuracy with its interval. */
export function cellTable(grid: Grid, chosen: CorruptionParams): DataTable {
  return {
    id: 'cells',
    title: 'Top-1 by corruption and severity',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'corruption', title: 'Corruption', kind: 'text' },
      ...chosenSeverities(chosen).flatMap((severity) => [
        {
          key: `s${severity}`,
          title: `Severity ${severity}`,
          kind: 'fraction' as const,
          better: 'higher' as const,
        },
      ]),
    ],
    rows: grid.models.flatMap((model) =>
      chosenCorruptions(chosen).map((corruption) => ({
        model: model.title,
        corruption,
        ...Object.fromEntries(
          chosenSeverities(chosen).map((severity) => [
            `s${severity}`,
            cellOf(grid, model.id, keyOf(corruption, severity))?.top1 ?? null,
          ]),
        ),
      })),
    ),
  }
}
