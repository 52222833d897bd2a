import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { WorkProgress, WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { detectLayout, insertDataset } from '../../datasets/index.ts'
import { resourcePath } from '../../base/resources.ts'
import { addModel } from '../../models/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import { infoOf } from '../session/damagedRows.ts'
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
 * the app, so that users can change and delete them. Completes a workspace whose creation was interrupted. A reader that
 * leaves early cancels it: the workspace is closed, and what was copied stays for the next time.
 *
 * @throws FILE_MISSING where the installation has no sample
 */
export async function* openSample(
  session: EngineSession,
  path = defaultPath(),
): AsyncGenerator<WorkProgress | { type: 'result'; result: WorkspaceInfo }, void, undefined> {
  const directory = resolve(path)
  const source = resourcePath('sample')
  const exists = existsSync(join(directory, 'workspace.sqlite'))
  if (!exists && !existsSync(join(source, 'models')))
    throw new KernelscopeError('FILE_MISSING', `the sample is not part of this installation: ${source}`)
  yield progress(0, 0, 'files', 'Opening the workspace')
  const workspace = exists ? await session.openWorkspace(directory) : await session.createWorkspace(directory)
  let made = false
  try {
    made = isMade(workspace.db)
    if (!made) {
      const files = join(directory, 'sample')
      yield* copyFiles(source, files)
      yield* addModels(workspace.db, join(files, 'models'))
      await addSuites(session, workspace, join(files, 'suites'))
      made = true
    }
  } catch (error) {
    if (session.opened?.workspace === workspace) throw error
    throw new KernelscopeError('CANCELLED', 'the sample workspace was closed while it was made', {
      cause: error,
    })
  } finally {
    if (!made && session.opened?.workspace === workspace) await session.closeWorkspace()
  }
  yield { type: 'result', result: infoOf(workspace) }
}

const progress = (done: number, total: number, unit: string, note: string): WorkProgress => ({
  type: 'progress',
  done,
  total,
  unit,
  note,
})

/** Files that are copied between two reports of progress. */
const filesAtOnce = 64

/** Copies the files below a folder. A file that is there with its full size stays as it is. */
async function* copyFiles(from: string, to: string) {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
  for (let done = 0; done < names.length; done += filesAtOnce) {
    yield progress(done, names.length, 'files', 'Copying images and models')
    await Promise.all(
      names.slice(done, done + filesAtOnce).map((name) => copyOne(join(from, name), join(to, name))),
    )
  }
}

async function copyOne(from: string, to: string): Promise<void> {
  const there = await stat(to).catch(() => null)
  if (there?.size === (await stat(from)).size) return
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}

async function* addModels(db: Db, folder: string) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.onnx')).sort()
  for (const [done, name] of names.entries()) {
    yield progress(done, names.length, 'models', `Reading ${name}`)
    await addModel(db, join(folder, name))
  }
}

async function addSuites(session: EngineSession, workspace: Workspace, folder: string): Promise<void> {
  for (const { folder: name, title } of suites) {
    const suite = join(folder, name)
    const layout = await detectLayout(suite)
    session.stillOpen(workspace).jobs.add(() => ({
      kind: 'index',
      title: `Index ${title}`,
      datasetId: insertDataset(workspace.db, suite, title, layout),
    }))
  }
  workspace.db.prepare(`INSERT INTO setting (key, value) VALUES ('sampleMade', 'true')`).run()
}

const isMade = (db: Db): boolean =>
  db.prepare(`SELECT 1 FROM setting WHERE key = 'sampleMade'`).get() !== undefined
