import { KernelscopeError } from '#shared/errors.ts'
import { noProgress, type JobContext } from '../jobs/index.ts'
import type { Db } from '../workspace/index.ts'
import type { Layout } from './layout.ts'
import type { LeftOut } from './leftOut.ts'
import { scan, type FoundFile, type ScanOptions } from './scan.ts'
import { datasetRow } from './store.ts'
import { imageRoot } from '../facts/index.ts'
import { nextTurn } from '../base/nextTurn.ts'

const writeEvery = 500

/** The row of a file. */
interface Entry {
  name: string
  bytes: number
  mtime: number
  class_idx: number | null
  part: string | null
  /** Name of the class that the image was measured under, '' without one; null where it is not measured. */
  class: string | null
}

/**
 * First pass of indexing: stores names, sizes, times, classes and parts of all files. Unchanged rows are only read, so that
 * an unchanged folder takes little more than listing it. At the end, missing files are dropped from the index. To find
 * them, the folder is listed a second time, but only where the index has more rows than the folder has files.
 *
 * @param leftOut gets what is left out: folders with the reason, and the number of files by ending
 * @returns false when stopped
 */
export async function listFiles(
  db: Db,
  datasetId: number,
  layout: Layout,
  context: JobContext,
  leftOut: LeftOut,
): Promise<boolean> {
  const next = datasetRow(db, datasetId).generation + 1
  const write = writer(db, datasetId, layout, next)
  const options = {
    signal: context.signal,
    leftOut: (name: string, why: string) => void leftOut.folders.set(name, why),
  }
  const files = (more: ScanOptions = {}) =>
    layout.files?.() ?? scan(imageRoot(db, datasetId), { ...options, ...more })
  const otherFile = (name: string) => leftOut.addFile(name)
  const found = await eachBatch(files({ otherFile }), context, write)
  if (found === null) return false
  const rows = Number(db.prepare('SELECT count(*) FROM image WHERE dataset_id = ?').pluck().get(datasetId))
  if (rows > found && !(await dropMissing(db, datasetId, next, files(), context))) return false
  db.prepare('UPDATE dataset SET generation = ? WHERE id = ?').run(next, datasetId)
  return true
}

/** Passes all files to `take` in batches. Gives the number of files, or null when stopped. */
async function eachBatch(
  files: AsyncIterable<FoundFile>,
  context: JobContext,
  take: (files: FoundFile[]) => void,
): Promise<number | null> {
  let found = 0
  let waiting: FoundFile[] = []
  const flush = () => {
    take(waiting)
    found += waiting.length
    waiting = []
    context.report({ ...noProgress, unit: 'files', done: 0, note: `${found} files found` })
  }
  for await (const file of files) {
    waiting.push(file)
    if (waiting.length < writeEvery) continue
    flush()
    if (context.signal.aborted) return null
    await nextTurn()
  }
  flush()
  return context.signal.aborted ? null : found
}

function writer(db: Db, datasetId: number, layout: Layout, generation: number): (files: FoundFile[]) => void {
  const classIndex = new Map(layout.classes.map((name, index) => [name, index]))
  const stored = db.prepare<[number, string], Entry>(
    `SELECT name, bytes, mtime, class_idx, part, (SELECT class FROM example e WHERE e.id = example_id) AS class
     FROM image WHERE dataset_id = ? AND name IN (SELECT value FROM json_each(?))`,
  )
  // A class may have another name at its old place, so names are compared.
  const upsert = db.prepare(`
    INSERT INTO image (dataset_id, name, class_idx, part, bytes, mtime, problem, generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (dataset_id, name) DO UPDATE SET
      generation = excluded.generation,
      example_id = CASE WHEN bytes = excluded.bytes AND mtime = excluded.mtime AND (SELECT class FROM example e WHERE e.id = example_id) = ? THEN example_id END,
      problem = CASE WHEN bytes = excluded.bytes AND mtime = excluded.mtime THEN problem ELSE excluded.problem END,
      class_idx = excluded.class_idx, part = excluded.part, bytes = excluded.bytes, mtime = excluded.mtime`)
  return db.transaction((files: FoundFile[]) => {
    const names = JSON.stringify(files.map(({ name }) => name))
    const known = new Map(stored.all(datasetId, names).map((row) => [row.name, row]))
    for (const { name, bytes, mtime, problem } of files) {
      const { className, part } = layout.placeOf(name)
      const index = className === null ? null : (classIndex.get(className) ?? null)
      const named = index === null ? '' : (className ?? '')
      if (isSame(known.get(name), { name, bytes, mtime, class_idx: index, part, class: named })) continue
      const shape =
        problem === undefined
          ? null
          : JSON.stringify(new KernelscopeError('IMAGE_UNREADABLE', problem).toShape())
      upsert.run(datasetId, name, index, part, bytes, mtime, shape, generation, named)
    }
  })
}

const isSame = (row: Entry | undefined, entry: Entry): boolean =>
  row?.bytes === entry.bytes &&
  row.mtime === entry.mtime &&
  row.class_idx === entry.class_idx &&
  row.part === entry.part &&
  (row.class === null || row.class === entry.class)

/** Lists the folder again, marks the rows of its files, and drops the other rows. Gives false when stopped. */
async function dropMissing(
  db: Db,
  datasetId: number,
  generation: number,
  present: AsyncIterable<FoundFile>,
  context: JobContext,
): Promise<boolean> {
  const mark = db.prepare(
    'UPDATE image SET generation = ? WHERE dataset_id = ? AND name IN (SELECT value FROM json_each(?))',
  )
  const found = await eachBatch(present, context, (files) => {
    mark.run(generation, datasetId, JSON.stringify(files.map(({ name }) => name)))
  })
  if (found === null) return false
  db.prepare('DELETE FROM image WHERE dataset_id = ? AND generation < ?').run(datasetId, generation)
  return true
}
