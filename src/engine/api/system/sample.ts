import { existsSync } from 'node:fs'
import { cp, readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { detectLayout, insertDataset } from '../../datasets/index.ts'
import { resourcePath } from '../../base/resources.ts'
import { addModel } from '../../models/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import type { EngineSession } from '../session/session.ts'

const defaultPath = () => join(homedir(), 'Kernelscope', 'Sample')

const suites: readonly { folder: string; title: string }[] = [
  { folder: 'val', title: 'Stickers-16 val' },
  { folder: 'A', title: 'Stickers-16 A, hard' },
  { folder: 'O', title: 'Stickers-16 O, unknown classes' },
  { folder: 'R', title: 'Stickers-16 R, renditions' },
  { folder: '9', title: 'Stickers-16 9, backgrounds' },
]

/**
 * Opens the sample workspace at `path`. Creates it the first time, with a copy of the images and models that ship with
 * the app, so that users can change and delete them. Completes a workspace whose creation was interrupted.
 *
 * @throws FILE_MISSING where the installation has no sample
 */
export async function openSample(session: EngineSession, path = defaultPath()): Promise<Workspace> {
  const directory = resolve(path)
  const source = resourcePath('sample')
  const exists = existsSync(join(directory, 'workspace.sqlite'))
  if (!exists && !existsSync(join(source, 'models')))
    throw new KernelscopeError('FILE_MISSING', `the sample is not part of this installation: ${source}`)
  const workspace = exists ? await session.openWorkspace(directory) : await session.createWorkspace(directory)
  if (isMade(workspace.db)) return workspace
  const files = join(directory, 'sample')
  await cp(source, files, { recursive: true, force: false })
  const models = join(files, 'models')
  for (const name of (await readdir(models)).sort())
    if (name.endsWith('.onnx')) await addModel(workspace.db, join(models, name))
  for (const { folder, title } of suites) {
    const suite = join(files, 'suites', folder)
    const id = insertDataset(workspace.db, suite, title, await detectLayout(suite))
    session.open().jobs.add({ kind: 'index', title: `Index ${title}`, datasetId: id })
  }
  workspace.db.prepare(`INSERT INTO setting (key, value) VALUES ('sampleMade', 'true')`).run()
  return workspace
}

const isMade = (db: Db): boolean =>
  db.prepare(`SELECT 1 FROM setting WHERE key = 'sampleMade'`).get() !== undefined
