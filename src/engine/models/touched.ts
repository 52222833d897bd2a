import { statSync } from 'node:fs'
import { KernelscopeError } from '#shared/errors.ts'
import { onGraphThread } from '../onnx/index.ts'
import type { Db } from '../workspace/index.ts'
import { getModel, listModels, type StoredModel } from './store.ts'
import { fileOfModel } from './intendedFile.ts'

/**
 * Stores the time of a model file that was touched or copied back: where its time differs and its digest does not.
 *
 * @throws MODEL_NOT_FOUND where there is no model with that id
 * @throws FILE_CHANGED where it has another digest
 * @throws the errors of reading the file; the signal's reason
 */
export async function acceptTouched(db: Db, id: number, signal?: AbortSignal): Promise<void> {
  const model = getModel(db, id)
  const { problem } = model
  if (problem?.code !== 'FILE_CHANGED' || (await isSame(db, model, signal))) return
  throw new KernelscopeError(problem.code, problem.message, { hint: problem.hint })
}

/** Does the same for all models of a workspace that may be written. Files that changed or cannot be read keep their problem. */
export async function acceptAllTouched(db: Db, signal?: AbortSignal): Promise<void> {
  if (db.readonly) return
  for (const model of listModels(db)) {
    if (model.problem?.code !== 'FILE_CHANGED') continue
    try {
      await isSame(db, model, signal)
    } catch (error) {
      if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
    }
  }
}

async function isSame(db: Db, model: StoredModel, signal?: AbortSignal): Promise<boolean> {
  const { id, path, digest } = model
  const mtime = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (
    mtime === undefined ||
    (await onGraphThread({ kind: 'digest', ...fileOfModel(model) }, signal)) !== digest
  )
    return false
  db.prepare('UPDATE model SET mtime = ? WHERE id = ?').run(Math.round(mtime), id)
  return true
}
