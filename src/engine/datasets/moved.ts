import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { FolderCheck } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { inArchive } from '../archives/index.ts'
import { piecesOf } from '../base/userFile.ts'
import { digestAndMeasure, imageState, parseRowPath } from '../images/index.ts'
import { present, type Db } from '../workspace/index.ts'
import { requireDataset } from './archived/find.ts'
import { countReadable, fileCounts, renewTimes, type FoundFile } from './fileCounts.ts'
import { datasetRow } from './store.ts'
import { isPackedTar } from './unpacked.ts'
import { imageRoot } from '../facts/index.ts'

/** Number of images whose bytes are compared before another folder is accepted as the dataset's. */
const sampleOfMove = 200

interface Row {
  id: number
  name: string
  bytes: number
  mtime: number
  digest: Buffer | null
}

/**
 * Compares a sample of the index with the files: whether they exist and have the same size and time. Where the time differs,
 * and in another folder, the bytes are compared, because a file that was copied or touched has another time. The time of
 * equal bytes in the dataset's own folder is stored.
 */
export async function checkFolder(
  db: Db,
  datasetId: number,
  { path, sample }: { path?: string | undefined; sample: number },
): Promise<FolderCheck> {
  const root = path === undefined ? imageRoot(db, datasetId) : resolve(path)
  const counting = fileCounts(countReadable(db, datasetId))
  for (const row of sampleOf(db, datasetId, sample)) {
    const found = await stateOf(join(root, row.name), row, path !== undefined)
    if (found.renewed !== undefined) renewTimes(db, [{ id: row.id, mtime: found.renewed }])
    counting.add(row.name, found)
  }
  return counting.check
}

async function stateOf(file: string, row: Row, elsewhere: boolean): Promise<FoundFile> {
  const found = await imageState(file)
  if (!found) return { state: 'missing' }
  if (found.bytes !== row.bytes) return { state: 'changed' }
  if (!elsewhere && found.mtime === row.mtime) return { state: 'same' }
  if (row.digest === null) return { state: elsewhere ? 'same' : 'changed' }
  if (!(await digestOf(file)).equals(row.digest)) return { state: 'changed' }
  return { state: 'same', digested: true, ...(elsewhere ? {} : { renewed: found.mtime }) }
}

async function digestOf(file: string): Promise<Buffer> {
  if (parseRowPath(file) ?? inArchive(file)) return Buffer.from((await digestAndMeasure(file)).digest, 'hex')
  const hash = createHash('sha256')
  for await (const piece of piecesOf(file)) hash.update(piece)
  return hash.digest()
}

/** A sample of images over the whole range of ids; always the same. */
function sampleOf(db: Db, datasetId: number, size: number): Row[] {
  const range = db
    .prepare<[number], { first: number | null; last: number | null; n: number }>(
      'SELECT min(id) AS "first", max(id) AS "last", count(*) AS n FROM image WHERE dataset_id = ?',
    )
    .get(datasetId)
  if (range?.first == null || range.last === null) return []
  const columns = 'i.id, i.name, i.bytes, i.mtime, s.digest'
  const from = `FROM image i LEFT JOIN example s ON s.id = i.example_id WHERE i.dataset_id = ? AND i.problem IS NULL`
  if (range.n <= size) return db.prepare<[number], Row>(`SELECT ${columns} ${from}`).all(datasetId)
  // NOT INDEXED reads along the table. With an index SQLite would sort all following rows for every row of the sample.
  const next = db.prepare<[number, number], Row & { id: number }>(
    `SELECT ${columns} ${from.replace('image i', 'image i NOT INDEXED')} AND i.id >= ? ORDER BY i.id LIMIT 1`,
  )
  const random = generator('check', datasetId)
  const rows = new Map<number, Row>()
  for (let k = 0; k < 4 * size && rows.size < size; k++) {
    const row = next.get(
      datasetId,
      range.first + Math.floor(random.uniform() * (range.last - range.first + 1)),
    )
    if (row) rows.set(row.id, row)
  }
  return [...rows.values()]
}

/**
 * Sets another folder or archive as the dataset's. Ids, facts, tags and subsets stay. If forced, the folder may have other files; the
 * next indexing then reads them.
 *
 * @throws FILE_MISSING where there is no such folder or archive
 * @throws DATASET_MOVED where files of a sample are missing or differ, unless forced
 * @throws USAGE where the folder is that of another dataset
 * @throws UNSUPPORTED where the images are frames of videos, or were unpacked
 */
export async function rerootDataset(
  db: Db,
  datasetId: number,
  path: string,
  force: boolean,
): Promise<FolderCheck> {
  const row = datasetRow(db, datasetId)
  const root = resolve(path)
  if (row.frames_path !== null)
    throw new KernelscopeError(
      'UNSUPPORTED',
      isPackedTar(row.path)
        ? `${row.title} was unpacked into the workspace: add the packed file at its new place instead`
        : `frames were taken from the videos of ${row.title}: add the new folder instead`,
    )
  requireDataset(root)
  const other = db
    .prepare<[string, number], string>(`SELECT title FROM dataset WHERE path = ? AND id <> ? AND ${present}`)
    .pluck()
  const taken = other.get(root, datasetId)
  if (taken !== undefined)
    throw new KernelscopeError('USAGE', `the folder is that of another dataset: ${taken}`)
  const check = await checkFolder(db, datasetId, { path: root, sample: sampleOfMove })
  const bad = check.missing + check.changed
  if (bad > 0 && !force) {
    throw new KernelscopeError(
      'DATASET_MOVED',
      `${root} does not hold the files of ${row.title}: of ${check.looked} compared files, ${check.missing} are missing and ${check.changed} differ`,
      { details: check.names.join('\n') },
    )
  }
  const labels = row.labels_path?.startsWith(row.path)
    ? root + row.labels_path.slice(row.path.length)
    : row.labels_path
  db.prepare('UPDATE dataset SET path = ?, labels_path = ? WHERE id = ?').run(root, labels, datasetId)
  return check
}
