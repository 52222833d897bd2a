import type { DataTable } from '#shared/contract/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { Grid } from '../../definition/index.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { worstTable } from '../../summary/worst.ts'
import { chosenCorruptions, chosenSeverities, keyOf, type CorruptionParams } from './conditions.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

/**
 * Tables of the models' failures at the highest chosen severity: accuracy per class over all corruptions, and
 * the most confident mistakes.
 */
export async function hardestTables(grid: Grid, chosen: CorruptionParams, db: Db): Promise<DataTable[]> {
  const severity = Math.max(...chosenSeverities(chosen))
  const keys = chosenCorruptions(chosen).map((name) => keyOf(name, severity))
  return [
    await perClass(grid, keys, severity),
    await worstTable(db, {
      title: `Wrong with most confidence, severity ${severity}`,
      models: grid.models,
      keys,
      which: 'wrong',
    }),
  ]
}

async function perClass(grid: Grid, keys: readonly string[], severity: number): Promise<DataTable> {
  const rows = new Map<string, DataTable['rows'][number]>()
  for (const model of grid.models) {
    const sums = new Map<string, { n: number; correct: number }>()
    for (const key of keys) {
      const cell = cellOf(grid, model.id, key)
      for (const { name, n, correct } of cell ? grid.perClass(cell) : []) {
        const known = sums.get(name) ?? { n: 0, correct: 0 }
        sums.set(name, { n: known.n + n, correct: known.correct + correct })
      }
      await nextTurn()
    }
    for (const [name, { n, correct }] of sums)
      rows.set(name, { ...rows.get(name), class: name, n, [`m${model.id}`]: n === 0 ? null : correct / n })
  }
  return {
    id: 'per-class',
    title: `Per class, severity ${severity}, all corruptions`,
    columns: [
      { key: 'class', title: 'Class', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      ...grid.models.map(({ id, title }) => ({
        key: `m${id}`,
        title,
        kind: 'fraction' as const,
      })),
    ],
    rows: [...rows.values()],
  }
}
