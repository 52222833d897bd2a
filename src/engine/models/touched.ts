import { statSync } from 'node:fs'
import { onGraphThread } from '../onnx/index.ts'
import type { Db } from '../workspace/index.ts'
import { getModel } from './store.ts'

/**
 * Stores the time of a model file that was touched or copied back: where its time differs and its digest does not. A file
 * that changed or is missing is left to `usableModel`.
 *
 * @throws MODEL_NOT_FOUND where there is no model with that id
 * @throws the errors of reading the file; the signal's reason
 */
export async function acceptTouched(db: Db, id: number, signal?: AbortSignal): Promise<void> {
  const { path, digest, problem } = getModel(db, id)
  if (problem?.code !== 'FILE_CHANGED') return
  const mtime = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (mtime === undefined || (await onGraphThread({ kind: 'digest', path }, signal)) !== digest) return
  db.prepare('UPDATE model SET mtime = ? WHERE id = ?').run(Math.round(mtime), id)
}
