import { existsSync } from 'node:fs'
import type { MergePart } from '#shared/contract/index.ts'
import { columnsToCopy, present, rowToAdd, type Db, type MergedIds } from '../workspace/index.ts'
import { contentKey, orderedImages } from './contentKey.ts'

interface Row {
  id: number
  title: string
  path: string
  images: number
  classes: number
  state: string
  framesPath: string | null
}

/** What came of merging datasets. The ids of images are in the temporary table merged_image. */
export interface MergedDatasets {
  part: MergePart
  ids: MergedIds
  /** Ids here of datasets that are to be indexed. */
  toIndex: { id: number; title: string }[]
}

/**
 * Adds the datasets of an attached database, `other`, with their indexes, after `mergeKeys`. Datasets with the same images (by
 * digest and class, whatever their names and folders) are one; of several, that in the same folder. Others both stay, even
 * where they have one folder. Call it in a transaction.
 *
 * @param from name of the other workspace
 */
export function mergeDatasets(db: Db, from: string): MergedDatasets {
  forgetImages(db)
  db.exec('CREATE TEMP TABLE merged_image (there INTEGER PRIMARY KEY, here INTEGER NOT NULL)')
  const part: MergePart = { name: 'datasets', added: 0, there: 0, remarks: [] }
  const ids = new Map<number, number>()
  const toIndex: MergedDatasets['toIndex'] = []
  const own = rowsOf(db, 'main')
  for (const other of rowsOf(db, 'other')) {
    const same = sameDataset(db, other, own)
    if (same) {
      ids.set(other.id, same.id)
      part.there++
      if (other.images > 0) mapImages(db, other.id, same.id)
      continue
    }
    const rival = own.find(({ path }) => path === other.path)
    const title = own.some((one) => one.title === other.title) ? `${other.title} (${from})` : other.title
    const path = freePath(own, other.path, from)
    const id = insert(db, other.id, title, path)
    ids.set(other.id, id)
    own.push({ ...other, id, title, path })
    part.added++
    const reachable = existsSync(other.path)
    if (rival)
      part.remarks.push({
        title,
        message: `the dataset in the same folder here has other images (${rival.images} here, ${other.images} there): both stay. Set the folder of this one where it has its own`,
        leftOut: false,
        count: 1,
      })
    else if (!reachable)
      part.remarks.push({
        title,
        message: `its folder is not here: ${other.path}. Studies show their results; set its new folder to see images`,
        leftOut: false,
        count: 1,
      })
    if (!rival && reachable && (other.state !== 'ready' || other.framesPath !== null))
      toIndex.push({ id, title })
  }
  return { part, ids, toIndex }
}

/** Removes the temporary table of images. */
export const forgetImages = (db: Db): void => void db.exec('DROP TABLE IF EXISTS temp.merged_image')

const rowsOf = (db: Db, schema: 'main' | 'other'): Row[] =>
  db
    .prepare<[], Row>(
      `SELECT id, title, path, state, frames_path AS framesPath,
         (SELECT count(*) FROM ${schema}.image i WHERE i.dataset_id = d.id) AS images,
         (SELECT count(*) FROM ${schema}.class c WHERE c.dataset_id = d.id) AS classes
       FROM ${schema}.dataset d WHERE ${present} ORDER BY id`,
    )
    .all()

/** The dataset here with the images of another; one that was never indexed there is that in its folder. */
function sameDataset(db: Db, other: Row, own: readonly Row[]): Row | undefined {
  const inFolder = own.find(({ path }) => path === other.path)
  if (other.images === 0) return inFolder
  const candidates = own
    .filter(({ images, classes }) => images === other.images && classes === other.classes)
    .sort((a, b) => Number(b === inFolder) - Number(a === inFolder))
  if (candidates.length === 0) return undefined
  const wanted = contentKey(db, 'other', other.id)
  return candidates.find(({ id }) => contentKey(db, 'main', id) === wanted)
}

/** A folder has one dataset: another one is stored under a name beside it, which is no folder. */
function freePath(own: readonly Row[], path: string, from: string): string {
  const taken = new Set(own.map((one) => one.path))
  for (let count = 1; ; count++) {
    const free = [path, `${path} (${from})`][count - 1] ?? `${path} (${from} ${count - 1})`
    if (!taken.has(free)) return free
  }
}

function insert(db: Db, there: number, title: string, path: string): number {
  rowToAdd(db, { dataset: path })
  const columns = columnsToCopy(db, 'dataset').filter((name) => name !== 'title' && name !== 'path')
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO main.dataset (title, path, ${columns.join(', ')})
       SELECT ?, ?, ${columns.join(', ')} FROM other.dataset WHERE id = ?`,
    )
    .run(title, path, there)
  const id = Number(lastInsertRowid)
  // Frames of videos lie in the folder of the other workspace; they are taken again.
  db.prepare('UPDATE main.dataset SET frames_path = NULL WHERE id = ?').run(id)
  db.prepare(
    'INSERT INTO main.class (dataset_id, idx, name, images) SELECT ?, idx, name, images FROM other.class WHERE dataset_id = ?',
  ).run(id, there)
  const ofImage = columnsToCopy(db, 'image').filter((name) => name !== 'dataset_id' && name !== 'example_id')
  db.prepare(
    `INSERT INTO main.image (dataset_id, example_id, ${ofImage.join(', ')})
     SELECT ?, e.here, ${ofImage.map((name) => `i.${name}`).join(', ')} FROM other.image i
     LEFT JOIN merged_example e ON e.there = i.example_id WHERE i.dataset_id = ? ORDER BY i.id`,
  ).run(id, there)
  db.prepare(
    `INSERT INTO merged_image SELECT o.id, m.id FROM other.image o
     JOIN main.image m ON m.dataset_id = ? AND m.name = o.name WHERE o.dataset_id = ?`,
  ).run(id, there)
  return id
}

/** Images of two datasets with equal content are the same by their place in the order of that content. */
function mapImages(db: Db, there: number, here: number): void {
  db.prepare(
    `INSERT INTO merged_image SELECT o.id, m.id FROM (${orderedImages('other')}) o JOIN (${orderedImages('main')}) m USING (place)`,
  ).run(there, here)
}
