import type { DataTable } from '#shared/contract/index.ts'
import type { StoredModel } from '../models/index.ts'
import { tablesAgain } from '../studies/index.ts'
import type { Check } from './checkFacts.ts'
import type { BundledStudy } from './manifest.ts'
import { setUpModel } from './models.ts'
import { whyNot } from './room.ts'
import { largestOf } from './tally.ts'

type Row = DataTable['rows'][number]

/**
 * The tables of a study that measures nothing on images, such as kernel distances, read again from the files of the models
 * that are at hand. Nothing is done for other studies: their tables rest on facts.
 */
export async function checkTables({ tables }: BundledStudy, check: Check): Promise<void> {
  const { manifest, models: paths, workspace, tally } = check
  const { kind, params } = manifest.study
  try {
    const models: StoredModel[] = []
    for (const model of manifest.models) {
      const path = paths.get(model.digest)
      if (path) models.push({ ...(await setUpModel(workspace.db, path, model)), title: model.title })
    }
    const again = await tablesAgain(workspace, kind, params, models)
    if (!again) return
    const here = new Set(models.map(({ title }) => title))
    for (const table of tables)
      compareTable(
        table,
        again.find(({ id }) => id === table.id),
        here,
        tally,
      )
  } catch (error) {
    const rows = tables.reduce((sum, table) => sum + table.rows.length, 0)
    tally.skip(`the tables: ${whyNot(error)}`, rows)
  }
}

/** Row by row, each model's by themselves, so that those of a model that is not at hand do not shift the others. */
function compareTable(
  table: DataTable,
  again: DataTable | undefined,
  here: ReadonlySet<string>,
  tally: Check['tally'],
): void {
  const byModel = (rows: readonly Row[]) => Map.groupBy(rows, (row) => String(row['model']))
  const found = byModel(again?.rows ?? [])
  const valuesOf = (row: Row | undefined) => (row ? table.columns.map(({ key }) => row[key] ?? null) : [])
  const columns = table.columns.map((column) => ({ title: column.title, scale: scaleOf(column, again) }))
  for (const [model, stored] of byModel(table.rows)) {
    tally.drawn(stored.length)
    if (!here.has(model)) {
      tally.skip(`the model is not at hand: ${model}`, stored.length)
      continue
    }
    const own = found.get(model) ?? []
    for (let at = 0; at < Math.max(stored.length, own.length); at++)
      tally.compareRow(
        { model, what: `${table.title}, row ${at + 1}`, image: null },
        columns,
        valuesOf(stored[at]),
        valuesOf(own[at]),
      )
  }
}

/**
 * What the numbers of a column may differ by is a share of the largest one that was read again: columns are of different
 * units, and what is stored may have been changed. Whole numbers and words must be equal.
 */
const scaleOf = ({ key, kind }: DataTable['columns'][number], again: DataTable | undefined) =>
  kind === 'number' || kind === 'fraction'
    ? largestOf(again?.rows.map((row) => row[key] ?? null) ?? [])
    : null
