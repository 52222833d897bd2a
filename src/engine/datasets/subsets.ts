import { imageSelection, type ImageFilter, type ImageSelection, type Subset } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { soundRows, storedJson, type Db, type OnDamaged } from '../workspace/index.ts'
import { datasetRow } from './store.ts'

interface Row {
  id: number
  dataset_id: number
  name: string
  selection: string
  changed_at: number
}

const fromRow = (row: Row): Subset => ({
  id: row.id,
  datasetId: row.dataset_id,
  name: row.name,
  selection: storedJson(imageSelection, row.selection, `the images of subset ${row.id}`),
  changedAt: row.changed_at,
})

/** @throws SUBSET_NOT_FOUND where there is no subset with that id */
export function getSubset(db: Db, id: number): Subset {
  const row = db.prepare<[number], Row>('SELECT * FROM subset WHERE id = ?').get(id)
  if (!row) throw new KernelscopeError('SUBSET_NOT_FOUND', `no subset with id ${id}`)
  return fromRow(row)
}

/** Lists the subsets of a dataset, or of all, by name. Damaged rows are left out. */
export function listSubsets(db: Db, datasetId?: number, onDamaged?: OnDamaged): Subset[] {
  const rows = db
    .prepare<[number | null], Row>(
      'SELECT * FROM subset WHERE dataset_id = coalesce(?, dataset_id) ORDER BY name COLLATE NOCASE, id',
    )
    .all(datasetId ?? null)
  return soundRows(rows, fromRow, onDamaged)
}

interface NewSubset {
  id?: number | undefined
  datasetId: number
  name: string
  selection: ImageSelection
}

/**
 * Stores a subset.
 *
 * @throws SUBSET_NAME where the dataset has another subset of that name
 * @throws USAGE where the subset would contain itself
 */
export function createSubset(db: Db, { id, datasetId, name, selection }: NewSubset): Subset {
  datasetRow(db, datasetId)
  checkName(db, datasetId, name, null)
  checkCircle(db, selection.filter, null)
  const { lastInsertRowid } = db
    .prepare('INSERT INTO subset (id, dataset_id, name, selection, changed_at) VALUES (?, ?, ?, ?, ?)')
    .run(id ?? null, datasetId, name, JSON.stringify(selection), Date.now())
  return getSubset(db, Number(lastInsertRowid))
}

/**
 * Changes name or selection of a subset.
 *
 * @throws SUBSET_NOT_FOUND where there is no subset with that id
 * @throws SUBSET_NAME where the dataset has another subset of that name
 * @throws USAGE where the subset would contain itself
 */
export function updateSubset(
  db: Db,
  id: number,
  change: { name?: string | undefined; selection?: ImageSelection | undefined },
): Subset {
  const before = getSubset(db, id)
  const name = change.name ?? before.name
  const selection = change.selection ?? before.selection
  checkName(db, before.datasetId, name, id)
  checkCircle(db, selection.filter, id)
  db.prepare('UPDATE subset SET name = ?, selection = ?, changed_at = ? WHERE id = ?').run(
    name,
    JSON.stringify(selection),
    Date.now(),
    id,
  )
  return getSubset(db, id)
}

/** @throws SUBSET_NOT_FOUND where there is no subset with that id */
export function removeSubset(db: Db, id: number): void {
  getSubset(db, id)
  db.prepare('DELETE FROM subset WHERE id = ?').run(id)
}

function checkName(db: Db, datasetId: number, name: string, own: number | null): void {
  const taken = db
    .prepare<[number, string], number>('SELECT id FROM subset WHERE dataset_id = ? AND name = ?')
    .pluck()
    .get(datasetId, name)
  if (taken !== undefined && taken !== own)
    throw new KernelscopeError('SUBSET_NAME', `there is a subset of that name: ${name}`)
}

/** @throws USAGE where the subset would contain itself */
function checkCircle(db: Db, filter: ImageFilter | null, own: number | null): void {
  const seen = new Set(own === null ? [] : [own])
  for (let next = filter?.subsetId; next !== undefined;) {
    if (seen.has(next))
      throw new KernelscopeError('USAGE', `the subset ${getSubset(db, next).name} would contain itself`)
    seen.add(next)
    next = getSubset(db, next).selection.filter?.subsetId
  }
}
