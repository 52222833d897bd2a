import type { CheckpointChoice } from '#shared/contract/index.ts'
import { rowToAdd, type Db } from '../workspace/index.ts'
import { readModelFile } from './file.ts'
import { sourceOf } from './labelList.ts'
import { getModel, type StoredModel } from './store.ts'

/** How a model is added. */
interface AddModel {
  title?: string | undefined
  /** What a checkpoint is built with; what lies beside it and the defaults where it is left out. */
  choice?: CheckpointChoice | undefined
  signal?: AbortSignal | undefined
}

/**
 * Inspects a model file and stores its path and inspection. A file with the digest of a stored model updates that model.
 *
 * @throws the errors of `readModelFile`
 */
export async function addModel(
  db: Db,
  path: string,
  { title, choice, signal }: AddModel = {},
): Promise<StoredModel> {
  const file = await readModelFile(path, signal, choice)
  const { digest, mtime, inspection: facts, labels, sidecar } = file
  const known = rowToAdd(db, { model: digest })
  if (known !== undefined) {
    // What the outputs are was not stored by versions that told it by the last operator alone.
    db.prepare(
      `UPDATE model SET path = ?, mtime = ?, title = coalesce(?, title),
         inspection = CASE WHEN json_valid(inspection) THEN json_insert(inspection, '$.outputScale', ?) ELSE inspection END
       WHERE id = ?`,
    ).run(file.path, mtime, title ?? null, facts.outputScale, known)
    return getModel(db, known)
  }
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO model (digest, title, path, bytes, mtime, inspection, preprocessing, label_set, label_source, labels, note, role, origin, sidecar, added_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      digest,
      title ?? file.title,
      file.path,
      file.bytes,
      mtime,
      JSON.stringify(facts),
      JSON.stringify(file.preprocessing),
      labels.set,
      sourceOf(labels),
      JSON.stringify(labels.names),
      sidecar?.source ?? '',
      sidecar?.role ?? 'classifier',
      JSON.stringify(file.origin),
      sidecar?.digest ?? null,
      Date.now(),
    )
  return getModel(db, Number(lastInsertRowid))
}
