import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { onGraphThread } from '../onnx/index.ts'
import { fileOfModel } from './intendedFile.ts'
import type { StoredModel } from './store.ts'

/**
 * Writes the network of a model with its weights as an ONNX file that other programs open: of a checkpoint the one that was
 * built, of an ONNX file the same network. Gives the files.
 *
 * @throws USAGE where there is a file at the path, so that no model is written over its own weights
 * @throws the errors of the graph task `whole`
 */
export async function exportModel(model: StoredModel, path: string, signal?: AbortSignal): Promise<string[]> {
  const out = resolve(path)
  if (existsSync(out))
    throw new KernelscopeError('USAGE', `there is a file already: ${out}`, { hint: 'Choose another name.' })
  mkdirSync(dirname(out), { recursive: true })
  return onGraphThread({ kind: 'whole', ...fileOfModel(model), out }, signal)
}
