import {
  dataset as datasetSchema,
  datasetReport,
  errorShape,
  type Dataset,
  type DatasetReport,
} from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import {
  present,
  remove,
  rowToAdd,
  soundRows,
  storedJson,
  storedValue,
  type Db,
  type OnDamaged,
} from '../workspace/index.ts'
import type { Layout } from './layout.ts'
import { partOrder } from './kinds/index.ts'

interface DatasetRow {
  id: number
  title: string
  path: string
  labels_path: string | null
  layout: Dataset['layout']
  recognised: Dataset['recognised']
  report: string | null
  parts: string | null
  /** Folder of the extracted frames of videos, or the unpacked tar; null where images are read where they are. */
  frames_path: string | null
  state: Dataset['state']
  problem: string | null
  generation: number
  added_at: number
}

const partList = datasetSchema.shape.parts

/** Reads a stored problem. @throws WORKSPACE_CORRUPT where it is damaged */
export const parseProblem = (json: string | null, of: string): ErrorShape | null =>
  json === null ? null : storedJson(errorShape, json, `the problem of ${of}`)

/** @throws DATASET_NOT_FOUND where there is no dataset with that id */
export function datasetRow(db: Db, id: number): DatasetRow {
  const row = db.prepare<[number], DatasetRow>(`SELECT * FROM dataset WHERE id = ? AND ${present}`).get(id)
  if (!row) throw new KernelscopeError('DATASET_NOT_FOUND', `no dataset with id ${id}`)
  return row
}

/** @throws DATASET_NOT_FOUND where there is no dataset with that id */
export function getDataset(db: Db, id: number): Dataset {
  return describe(db, datasetRow(db, id))
}

/** Lists the datasets by title. Damaged rows are left out. */
export function listDatasets(db: Db, onDamaged?: OnDamaged): Dataset[] {
  const rows = db
    .prepare<[], DatasetRow>(`SELECT * FROM dataset WHERE ${present} ORDER BY title COLLATE NOCASE, id`)
    .all()
  return soundRows(rows, (row) => describe(db, row), onDamaged)
}

function describe(db: Db, row: DatasetRow): Dataset {
  const report =
    row.report === null ? null : storedJson(datasetReport, row.report, `the report of dataset ${row.id}`)
  // A dataset may have millions of images. The counts of the last indexing are valid until the next one begins.
  const settled = row.state === 'ready' ? report : null
  const count = (where: string) =>
    Number(db.prepare(`SELECT count(*) FROM image WHERE dataset_id = ? ${where}`).pluck().get(row.id))
  const classes = db
    .prepare<[number], Dataset['classes'][number]>(
      'SELECT idx AS "index", name, images FROM class WHERE dataset_id = ? ORDER BY idx',
    )
    .all(row.id)
  return storedValue(
    datasetSchema,
    {
      id: row.id,
      title: row.title,
      path: row.path,
      layout: row.layout,
      recognised: row.recognised,
      report,
      parts:
        settled && row.parts !== null
          ? storedJson(partList, row.parts, `the parts of dataset ${row.id}`)
          : partsOf(db, row),
      images: settled?.found ?? count(''),
      unreadable: settled?.unreadable ?? count('AND problem IS NOT NULL'),
      classes,
      state: row.state,
      problem: parseProblem(row.problem, `dataset ${row.id}`),
      addedAt: row.added_at,
    },
    `dataset ${row.id}`,
  )
}

/** Parts that have images, in the order of the dataset's kind. */
function partsOf(db: Db, { id, recognised }: DatasetRow): Dataset['parts'] {
  const found = db
    .prepare<[number], Dataset['parts'][number]>(
      'SELECT part AS name, count(*) AS images FROM image WHERE dataset_id = ? AND part IS NOT NULL GROUP BY part',
    )
    .all(id)
  const order = new Map(partOrder(recognised).map((name, place) => [name, place]))
  const placeOf = (name: string) => order.get(name) ?? order.size
  return found.sort((a, b) => placeOf(a.name) - placeOf(b.name) || (a.name < b.name ? -1 : 1))
}

/** @throws DATASET_NOT_FOUND where there is no dataset with that id */
export function renameDataset(db: Db, id: number, title: string): Dataset {
  datasetRow(db, id)
  db.prepare('UPDATE dataset SET title = ? WHERE id = ?').run(title, id)
  return getDataset(db, id)
}

/** Adds a dataset, or updates the one of the same folder. Gives its id. */
export function insertDataset(
  db: Db,
  path: string,
  title: string,
  layout: Pick<Layout, 'kind' | 'recognised' | 'labelsPath'>,
): number {
  const known = rowToAdd(db, { dataset: path })
  if (known !== undefined) {
    db.prepare('UPDATE dataset SET labels_path = ?, layout = ?, recognised = ? WHERE id = ?').run(
      layout.labelsPath,
      layout.kind,
      layout.recognised,
      known,
    )
    return known
  }
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO dataset (title, path, labels_path, layout, recognised, state, added_at) VALUES (?, ?, ?, ?, ?, 'indexing', ?)`,
    )
    .run(title, path, layout.labelsPath, layout.kind, layout.recognised, Date.now())
  return Number(lastInsertRowid)
}

/** Stores what a dataset was recognised as, where it could not be known when it was added. */
export function setDatasetLayout(db: Db, id: number, { kind, recognised }: Layout): void {
  db.prepare('UPDATE dataset SET layout = ?, recognised = ? WHERE id = ?').run(kind, recognised, id)
}

export function setDatasetState(
  db: Db,
  id: number,
  state: Dataset['state'],
  problem: ErrorShape | null = null,
): void {
  db.prepare('UPDATE dataset SET state = ?, problem = ? WHERE id = ?').run(
    state,
    problem ? JSON.stringify(problem) : null,
    id,
  )
}

/** Stores the report of indexing and the current parts. */
export function setDatasetReport(db: Db, id: number, report: DatasetReport): void {
  const parts = partsOf(db, datasetRow(db, id))
  db.prepare('UPDATE dataset SET report = ?, parts = ? WHERE id = ?').run(
    JSON.stringify(report),
    JSON.stringify(parts),
    id,
  )
}

/**
 * Removes a dataset with its studies. Its files and facts stay.
 *
 * @returns id of the removal
 * @throws DATASET_NOT_FOUND where there is no dataset with that id
 */
export function removeDataset(db: Db, id: number): number {
  datasetRow(db, id)
  return remove(db, 'dataset', id)
}
