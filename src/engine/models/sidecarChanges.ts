import { isDeepStrictEqual } from 'node:util'
import { basename } from 'node:path'
import type { SidecarState } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { preprocessingText } from '#shared/preprocessing.ts'
import type { Db } from '../workspace/index.ts'
import { readSidecar, sidecarPath, type Sidecar } from './sidecar.ts'
import { getModel, updateModel, type StoredModel } from './store.ts'

/**
 * Compares the sidecar of a stored model with what is stored. It is read anew, so a file that was added or corrected
 * after the model is noticed.
 *
 * @throws MODEL_NOT_FOUND where there is no model with that id
 */
export async function sidecarOf(db: Db, id: number): Promise<SidecarState> {
  const model = getModel(db, id)
  const path = sidecarPath(model.path)
  const nothing = { path, changes: [], problem: null }
  try {
    const sidecar = await readSidecar(model.path)
    if (!sidecar) return { ...nothing, state: 'none' }
    const changes = changesOf(model, sidecar)
    const unread = sidecar.unread ? { unread: sidecar.unread } : {}
    if (changes.length === 0) return { ...nothing, ...unread, state: 'same' }
    const seen = db.prepare<[number], string | null>('SELECT sidecar FROM model WHERE id = ?').pluck().get(id)
    return { path, state: seen === sidecar.digest ? 'kept' : 'differs', changes, problem: null, ...unread }
  } catch (error) {
    return { ...nothing, state: 'faulty', problem: toErrorShape(error) }
  }
}

/** Tells what a sidecar would change of a model. */
function changesOf(model: StoredModel, { preprocessing, labels }: Sidecar): string[] {
  const changes: string[] = []
  if (preprocessing && !isDeepStrictEqual(preprocessing, model.preprocessing))
    changes.push(
      `preprocessing: ${preprocessingText(preprocessing)} instead of ${preprocessingText(model.preprocessing)}`,
    )
  if (labels && !isDeepStrictEqual(labels, model.labels)) {
    const different = labels.filter((label, index) => label !== model.labels[index]).length
    changes.push(`labels: ${different} of ${labels.length} names differ`)
  }
  return changes
}

/**
 * Takes preprocessing and labels of a model from its sidecar, or keeps what is stored until the sidecar changes again.
 *
 * @throws FILE_MISSING where there is no sidecar
 * @throws MODEL_MALFORMED where it is not valid
 * @throws MODEL_UNSUPPORTED, STUDY_LABELS where it does not fit the graph
 */
export async function useSidecar(db: Db, id: number, keep: boolean): Promise<StoredModel> {
  const model = getModel(db, id)
  const path = sidecarPath(model.path)
  const sidecar = await readSidecar(model.path)
  if (!sidecar)
    throw new KernelscopeError('FILE_MISSING', `there is no sidecar: ${path}`, {
      hint: 'Put a JSON file of the same name beside the model.',
    })
  if (!keep)
    updateModel(db, id, {
      ...(sidecar.preprocessing
        ? {
            preprocessing: sidecar.preprocessing,
            origin: { from: 'sidecar', detail: basename(path), confirmed: null },
          }
        : {}),
      ...(sidecar.labels ? { labels: { set: 'own', names: sidecar.labels } } : {}),
    })
  db.prepare('UPDATE model SET sidecar = ? WHERE id = ?').run(sidecar.digest, id)
  return getModel(db, id)
}
