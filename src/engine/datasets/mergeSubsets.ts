import {
  imageSelection,
  type FactOf,
  type ImageFilter,
  type ImageSelection,
  type MergePart,
} from '#shared/contract/index.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { Db, MergedIds } from '../workspace/index.ts'

interface Row {
  id: number
  dataset_id: number
  name: string
  selection: string
  changed_at: number
}

interface Maps {
  models: MergedIds
  datasets: MergedIds
}

/**
 * Adds the subsets of an attached database, `other`, after its datasets and models. One of the same name and selection is the
 * same; another of the same name gets that of the workspace, `from`, behind its name. Call it in a transaction.
 */
export function mergeSubsets(db: Db, from: string, maps: Maps): { part: MergePart; ids: MergedIds } {
  const part: MergePart = { name: 'subsets', added: 0, there: 0, remarks: [] }
  const ids = new Map<number, number>()
  const leaveOut = (title: string, message: string) =>
    part.remarks.push({ title, message, leftOut: true, count: 1 })
  const add = (row: Row) => {
    const datasetId = maps.datasets.get(row.dataset_id)
    if (datasetId === undefined) return
    const selection = mapped(db, imageSelection.parse(JSON.parse(row.selection)), { ...maps, subsets: ids })
    if (selection === null)
      return leaveOut(row.name, 'it names a model, a condition or an image that is not there any more')
    const own = db.prepare<[number], Row>('SELECT * FROM main.subset WHERE dataset_id = ?').all(datasetId)
    for (const name of [row.name, `${row.name} (${from})`]) {
      const taken = own.find((one) => one.name === name)
      if (!taken) {
        ids.set(
          row.id,
          insert(db, { ...row, name, dataset_id: datasetId, selection: JSON.stringify(selection) }),
        )
        part.added++
        if (name !== row.name)
          part.remarks.push({
            title: name,
            message: `another subset is called ${row.name} here`,
            leftOut: false,
            count: 1,
          })
        return
      }
      if (keyOf(JSON.parse(taken.selection)) === keyOf(selection)) {
        ids.set(row.id, taken.id)
        part.there++
        return
      }
    }
    leaveOut(row.name, `two others are called ${row.name} and ${row.name} (${from}) here`)
  }
  for (const row of inOrder(db.prepare<[], Row>('SELECT * FROM other.subset ORDER BY id').all())) add(row)
  return { part, ids }
}

/** A subset that is part of another one's rule comes before it. */
function inOrder(rows: readonly Row[]): Row[] {
  const sorted: Row[] = []
  const visit = (row: Row) => {
    if (sorted.includes(row)) return
    const within = imageSelection.parse(JSON.parse(row.selection)).filter?.subsetId
    const before = rows.find(({ id }) => id === within)
    if (before) visit(before)
    sorted.push(row)
  }
  for (const row of rows) visit(row)
  return sorted
}

const keyOf = (selection: unknown): string => canonicalJson(imageSelection.parse(selection))

function insert(db: Db, { dataset_id, name, selection, changed_at }: Row): number {
  const { lastInsertRowid } = db
    .prepare('INSERT INTO main.subset (dataset_id, name, selection, changed_at) VALUES (?, ?, ?, ?)')
    .run(dataset_id, name, selection, changed_at)
  return Number(lastInsertRowid)
}

class NotMapped extends Error {}

/** A selection with the ids of here; null where it names something that has none. */
function mapped(
  db: Db,
  selection: ImageSelection,
  maps: Maps & { subsets: MergedIds },
): ImageSelection | null {
  const known = (id: number | undefined): number => {
    if (id === undefined) throw new NotMapped()
    return id
  }
  const here = (table: 'image' | 'condition') => {
    const found = db.prepare<[number], number>(`SELECT here FROM merged_${table} WHERE there = ?`).pluck()
    return (id: number) => known(found.get(id))
  }
  const condition = here('condition')
  const model = (id: number) => known(maps.models.get(id))
  const fact = <T extends FactOf>(one: T): T => ({
    ...one,
    modelId: model(one.modelId),
    ...(one.conditionId === undefined ? {} : { conditionId: condition(one.conditionId) }),
  })
  const filterOf = (filter: ImageFilter): ImageFilter => ({
    ...filter,
    ...(filter.subsetId === undefined ? {} : { subsetId: known(maps.subsets.get(filter.subsetId)) }),
    ...(filter.outcomes && { outcomes: filter.outcomes.map(fact) }),
    ...(filter.confidence && { confidence: filter.confidence.map(fact) }),
    ...(filter.trueProbability && { trueProbability: filter.trueProbability.map(fact) }),
    ...(filter.margin && { margin: filter.margin.map(fact) }),
    ...(filter.trueMargin && { trueMargin: filter.trueMargin.map(fact) }),
    ...(filter.rank && { rank: filter.rank.map(fact) }),
    ...(filter.predicted && { predicted: filter.predicted.map(fact) }),
    ...(filter.flips && { flips: filter.flips.map(fact) }),
    ...(filter.disagreement && {
      disagreement: {
        ...filter.disagreement,
        modelIds: filter.disagreement.modelIds.map(model),
        ...(filter.disagreement.conditionId === undefined
          ? {}
          : { conditionId: condition(filter.disagreement.conditionId) }),
      },
    }),
  })
  try {
    return {
      filter: selection.filter && filterOf(selection.filter),
      ids: selection.ids.map(here('image')).sort((a, b) => a - b),
    }
  } catch (error) {
    if (error instanceof NotMapped) return null
    throw error
  }
}
