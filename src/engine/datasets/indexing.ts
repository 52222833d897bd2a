import { join } from 'node:path'
import { KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import type { ImagePool } from '../images/index.ts'
import { noProgress, Rate, type JobContext } from '../jobs/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { extractFrames } from './frames.ts'
import { detectLayout, type Layout } from './layout.ts'
import { oddityRemarks } from './oddities.ts'
import { reportOf } from './report.ts'
import { checkRoot } from './root.ts'
import { LeftOut } from './leftOut.ts'
import { listFiles } from './listing.ts'
import { isPackedTar, unpacked } from './unpacked.ts'
import { datasetRow, setDatasetLayout, setDatasetReport, setDatasetState } from './store.ts'
import { imageRoot } from '../facts/index.ts'
import { nextTurn } from '../base/nextTurn.ts'

const measureEvery = 64

/**
 * Updates the index of a dataset in two passes, after unpacking it where it is a packed tar. The first reads names, sizes and times of all files; the second reads
 * digest and dimensions of new and changed files. Both passes can be stopped and resumed at any point.
 *
 * @throws DATASET_EMPTY where the folder has no images
 * @throws FILE_MISSING where the folder is gone, or goes while it is read
 * @throws ENGINE_DOWN where reading the images ended the engine several times
 */
export async function indexDataset(
  workspace: Workspace,
  pool: ImagePool,
  datasetId: number,
  context: JobContext,
): Promise<void> {
  const { db } = workspace
  const row = datasetRow(db, datasetId)
  try {
    refuseDeadly(row.path, context)
    // Counted from the listing on: a disk of the network that does not answer blocks the engine until it is killed.
    context.enterNative()
    const packed = isPackedTar(row.path)
    const root = packed ? await unpacked(workspace, datasetId, row.path, context) : row.path
    if (root === null) return
    const layout = await detectLayout(root, row.labels_path ?? undefined)
    if (packed) setDatasetLayout(db, datasetId, layout)
    setDatasetState(db, datasetId, 'indexing')
    writeClasses(workspace, datasetId, layout)
    if (layout.videos && !(await extractFrames(workspace, datasetId, root, context))) return
    const leftOut = new LeftOut()
    if (!(await listFiles(db, datasetId, layout, context, leftOut))) return
    if (!(await measureFiles(workspace, pool, datasetId, context))) return
    const images = Number(
      db.prepare('SELECT count(*) FROM image WHERE dataset_id = ?').pluck().get(datasetId),
    )
    if (images === 0) throw new KernelscopeError('DATASET_EMPTY', `no images in the folder: ${row.path}`)
    countClasses(workspace, datasetId)
    const odd = await oddityRemarks(db, pool, datasetId)
    setDatasetReport(db, datasetId, reportOf(db, datasetId, layout, leftOut, odd))
    setDatasetState(db, datasetId, 'ready')
  } catch (error) {
    setDatasetState(db, datasetId, 'failed', toErrorShape(error))
    throw error
  }
}

/** Most ends of the engine that an index job may cause before it is given up, so that it does not hold up the queue. */
const mostCrashes = 2

function refuseDeadly(path: string, { crashes }: JobContext): void {
  if (crashes <= mostCrashes) return
  throw new KernelscopeError('ENGINE_DOWN', `the engine ended ${crashes} times while indexing ${path}`, {
    hint: 'A file crashes the decoder, or a folder cannot be listed. Find it with another program, remove it, and resume.',
  })
}

function writeClasses({ db }: Workspace, datasetId: number, layout: Layout): void {
  const insert = db.prepare('INSERT INTO class (dataset_id, idx, name) VALUES (?, ?, ?)')
  db.transaction(() => {
    db.prepare('DELETE FROM class WHERE dataset_id = ?').run(datasetId)
    for (const [index, name] of layout.classes.entries()) insert.run(datasetId, index, name)
  })()
}

function countClasses({ db }: Workspace, datasetId: number): void {
  db.prepare(
    `UPDATE class SET images = (SELECT count(*) FROM image i WHERE i.dataset_id = class.dataset_id AND i.class_idx = class.idx)
     WHERE dataset_id = ?`,
  ).run(datasetId)
}

interface PendingRow {
  id: number
  name: string
  class: string
}

/** The second pass of indexing. Gives false when stopped. */
async function measureFiles(
  workspace: Workspace,
  pool: ImagePool,
  datasetId: number,
  context: JobContext,
): Promise<boolean> {
  const { db } = workspace
  const path = imageRoot(db, datasetId)
  const pending = 'FROM image i WHERE i.dataset_id = ? AND i.example_id IS NULL AND i.problem IS NULL'
  const total = Number(db.prepare(`SELECT count(*) ${pending}`).pluck().get(datasetId))
  const select = db.prepare<[number, number, number, number], PendingRow>(
    `SELECT i.id, i.name, coalesce((SELECT c.name FROM class c WHERE c.dataset_id = ? AND c.idx = i.class_idx), '') AS class
     ${pending} AND i.id > ? ORDER BY i.id LIMIT ?`,
  )
  const intern = db.prepare<[Buffer, string], number>(
    'INSERT INTO example (digest, class) VALUES (?, ?) ON CONFLICT DO UPDATE SET class = class RETURNING id',
  )
  const found = db.prepare('UPDATE image SET example_id = ?, width = ?, height = ? WHERE id = ?')
  const failed = db.prepare('UPDATE image SET problem = ? WHERE id = ?')
  const rate = new Rate()
  let done = 0
  let bad = 0
  for (let after = 0; !context.signal.aborted; await nextTurn()) {
    const rows = select.all(datasetId, datasetId, after, measureEvery)
    if (rows.length === 0) return true
    const measured = await Promise.all(
      rows.map((row) =>
        pool.digestAndMeasure(join(path, row.name)).catch((error: unknown) => toErrorShape(error)),
      ),
    )
    const gone = measured.findIndex((result) => isProblem(result) && result.code === 'FILE_MISSING')
    if (gone >= 0) await checkRoot(path, join(path, rows[gone]?.name ?? ''))
    db.transaction(() => {
      for (const [index, row] of rows.entries()) {
        const result = measured[index]
        if (result === undefined) continue
        if (isProblem(result)) {
          failed.run(JSON.stringify(result), row.id)
          bad++
        } else {
          const example = intern.pluck().get(Buffer.from(result.digest, 'hex'), row.class)
          found.run(example, result.width, result.height, row.id)
        }
      }
    })()
    done += rows.length
    after = rows.at(-1)?.id ?? after
    rate.mark(done)
    context.report({
      ...noProgress,
      done,
      total,
      failed: bad,
      perSecond: rate.perSecond(),
      secondsLeft: rate.secondsLeft(total - done),
      note: 'reading images',
    })
  }
  return false
}

const isProblem = (value: object): value is ErrorShape => 'code' in value
