import type { DataTable } from '#shared/contract/index.ts'
import type { StoredModel } from '../models/index.ts'
import { studyDefinition, tablesAgain } from '../studies/index.ts'
import type { Check } from './checkFacts.ts'
import type { BundledStudy } from './manifest.ts'
import { setUpModel } from './models.ts'
import { whyNot } from './context.ts'
import { largestOf } from './tally.ts'

type Row = DataTable['rows'][number]

/** Tables read again, and why the rows of a model were not; null where they were. */
interface ReadAgain {
  tables: readonly DataTable[]
  whyUnread(model: string): string | null
}

/**
 * The tables of a study that measures nothing on images, such as kernel distances, read again from the files of the models
 * that are at hand. Nothing is done for other studies: their tables rest on facts.
 */
export async function checkTables({ tables }: BundledStudy, check: Check): Promise<void> {
  const again = await readAgain(check)
  if (again) for (const table of tables) compareTable(table, again, check.tally)
}

/** Null for a study whose tables are not read from models. */
async function readAgain(check: Check): Promise<ReadAgain | null> {
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
 * The models under their titles in the bundle, and why rows of a title cannot be read again. Rows tell of their model by
 * its title alone: where several have one, all of them are needed.
 */
async function modelsAtHand({ manifest, models: paths, workspace }: Check) {
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

/** Row by row, each model's by themselves, so that those of a model that is not at hand do not shift the others. */
function compareTable(table: DataTable, { tables, whyUnread }: ReadAgain, tally: Check['tally']): void {
  const again = tables.find(({ id }) => id === table.id)
  const byModel = (rows: readonly Row[]) => Map.groupBy(rows, (row) => String(row['model']))
  const [written, found] = [byModel(table.rows), byModel(again?.rows ?? [])]
  const valuesOf = (row: Row | undefined) => (row ? table.columns.map(({ key }) => row[key] ?? null) : [])
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
 * What the numbers of a column may differ by is a share of the largest one that was read again: columns are of different
 * units, and what is stored may have been changed. Whole numbers and words must be equal.
 */
const scaleOf = ({ key, kind }: DataTable['columns'][number], again: DataTable | undefined) =>
  kind === 'number' || kind === 'fraction'
    ? largestOf(again?.rows.map((row) => row[key] ?? null) ?? [])
    : null
