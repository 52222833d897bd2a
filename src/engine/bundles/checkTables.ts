import type { DataTable } from '#shared/contract/index.ts'
import type { StoredModel } from '../models/index.ts'
import { studyDefinition, tablesAgain } from '../studies/index.ts'
import type { CheckContext } from './checkFacts.ts'
import type { BundledStudy } from './manifest.ts'
import { setUpModel } from './models.ts'
import { whyNot } from './context.ts'
import { largestOf } from './tally.ts'

type TableRow = DataTable['rows'][number]

/** The tables that were computed again. `whyUnread` returns why a model's rows were not; null where they were. */
interface ReadAgain {
  tables: readonly DataTable[]
  whyUnread(model: string): string | null
}

/**
 * Computes the tables of a study without images, such as kernel distances, again from the model files that were found,
 * and compares them with the stored ones. Does nothing for other studies, whose tables come from facts.
 */
export async function checkTables({ tables }: BundledStudy, check: CheckContext): Promise<void> {
  const again = await readAgain(check)
  if (again) for (const table of tables) compareTable(table, again, check.tally)
}

/** Returns null for a study whose tables do not come from model files. */
async function readAgain(check: CheckContext): Promise<ReadAgain | null> {
  const { kind, params } = check.manifest.study
  try {
    if (!studyDefinition(kind).fromWeights) return null
    const { models, unread } = await modelsAtHand(check)
    const titles = new Set(models.map(({ title }) => title))
    return {
      tables: (await tablesAgain(check.workspace, kind, params, models)) ?? [],
      whyUnread: (model) =>
        unread.get(model) ?? (titles.has(model) ? null : `the manifest has no model that is called ${model}`),
    }
  } catch (error) {
    return { tables: [], whyUnread: () => `the tables: ${whyNot(error)}` }
  }
}

/**
 * Returns the models with their titles in the bundle, and by title why rows cannot be computed again. A row names its
 * model by title only; where several models share a title, all of them are needed.
 */
async function modelsAtHand({ manifest, models: paths, workspace }: CheckContext) {
  const models: StoredModel[] = []
  const unread = new Map<string, string>()
  for (const model of manifest.models) {
    const { title, digest } = model
    const path = paths.get(digest)
    const twins = manifest.models.filter((other) => other.title === title).length > 1
    const told = twins ? `one of several models that are called ${title}` : title
    if (path === undefined) unread.set(title, `the model is not at hand: ${told}`)
    else
      try {
        models.push({ ...(await setUpModel(workspace.db, path, model)), title })
      } catch (error) {
        unread.set(title, `${told}: ${whyNot(error)}`)
      }
  }
  return { models, unread }
}

/** Compares a table row by row, model by model, so that a missing model does not shift the rows of the others. */
function compareTable(
  table: DataTable,
  { tables, whyUnread }: ReadAgain,
  tally: CheckContext['tally'],
): void {
  const again = tables.find(({ id }) => id === table.id)
  const byModel = (rows: readonly TableRow[]) => Map.groupBy(rows, (row) => String(row['model']))
  const [written, found] = [byModel(table.rows), byModel(again?.rows ?? [])]
  const valuesOf = (row: TableRow | undefined) =>
    row ? table.columns.map(({ key }) => row[key] ?? null) : []
  const columns = table.columns.map((column) => ({ title: column.title, scale: scaleOf(column, again) }))
  for (const model of new Set([...written.keys(), ...found.keys()])) {
    const stored = written.get(model) ?? []
    const own = found.get(model) ?? []
    const why = whyUnread(model)
    const rows = why === null ? Math.max(stored.length, own.length) : stored.length
    tally.drawn(rows)
    if (why !== null) {
      if (rows > 0) tally.skip(why, rows)
      continue
    }
    for (let at = 0; at < rows; at++)
      tally.compareRow(
        { model, what: `${table.title}, row ${at + 1}`, image: null },
        columns,
        valuesOf(stored[at]),
        valuesOf(own[at]),
      )
  }
}

/**
 * Returns the scale of a column's differences: the largest magnitude among its newly computed numbers, since columns
 * have different units and stored numbers may be forged. Null for whole numbers and text, which must be equal.
 */
const scaleOf = ({ key, kind }: DataTable['columns'][number], again: DataTable | undefined) =>
  kind === 'number' || kind === 'fraction' || kind === 'points'
    ? largestOf(again?.rows.map((row) => row[key] ?? null) ?? [])
    : null
