import { existsSync, readdirSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { detectLayout, insertDataset } from '../datasets/index.ts'
import { resourcePath } from '../entry.ts'
import { addModel } from '../models/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { EngineSession } from './session.ts'

const defaultPath = () => join(homedir(), 'Kernelscope', 'Sample')

/**
 * Opens the sample workspace at `path`. The first time it is made there: the images and models that ship with the app
 * are copied beside it, so that the user may change and delete what he likes.
 */
export async function openSample(session: EngineSession, path = defaultPath()): Promise<Workspace> {
  const directory = resolve(path)
  if (existsSync(join(directory, 'workspace.sqlite'))) return session.openWorkspace(directory)
  const source = resourcePath('sample')
  if (!existsSync(join(source, 'models')))
    throw new KernelscopeError('FILE_MISSING', `the sample is not part of this installation: ${source}`)
  const workspace = await session.createWorkspace(directory)
  const files = join(directory, 'sample')
  await cp(source, files, { recursive: true })
  const models = join(files, 'models')
  for (const name of readdirSync(models)
    .filter((file) => file.endsWith('.onnx'))
    .sort())
    await addModel(workspace.db, join(models, name))
  const val = join(files, 'suites', 'val')
  const id = insertDataset(workspace.db, val, 'Stickers-16 val', await detectLayout(val))
  session.open().jobs.add({ kind: 'index', title: 'Index Stickers-16 val', datasetId: id })
  return workspace
}
