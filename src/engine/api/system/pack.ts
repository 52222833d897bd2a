import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { ImportPlan, WorkspaceInfo } from '#shared/contract/index.ts'
import { draftBeside, sweepDrafts } from '../../base/draft.ts'
import { withNewFile } from '../../base/newFile.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { openArchive, writeArchive, type Archive } from '../../bundles/index.ts'
import { checkNewFolder, Keeper, leaveOrigin, moveWorkspace, type Workspace } from '../../workspace/index.ts'
import { infoOf } from '../session/damagedRows.ts'
import type { EngineSession } from '../session/session.ts'
import { byteCounter as counter, type Work } from '../session/worked.ts'

const manifestName = 'manifest.json'
const database = 'workspace.sqlite'
const holdsSchema = z.object({
  models: z.int(),
  datasets: z.int(),
  images: z.int(),
  predictions: z.int(),
  studies: z.int(),
})
/** `holds` is what was in it, to be told before it is unpacked; those of before lack it. */
const manifestSchema = z.object({
  kernelscopeWorkspace: z.literal(1),
  path: z.string(),
  holds: holdsSchema.optional(),
})
/** A database with empty pages packs well. */
const limits = { entries: 100_000, entryBytes: 2 ** 40, totalBytes: 2 ** 41, ratio: 1100 }
const plain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** The names and sizes of what is packed. */
export function packed({ path, db }: Workspace): { masks: string[]; bytes: number } {
  const draws = join(path, 'draws')
  const masks = existsSync(draws) ? readdirSync(draws).filter((name) => plain.test(name)) : []
  const pages =
    Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
  return { masks, bytes: masks.reduce((sum, name) => sum + statSync(join(draws, name)).size, pages) }
}

/**
 * Writes the open workspace as one zip: its database as of one moment, and the drawn masks. Models, images and exports are
 * not in it.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where the file, or the copy in the temporary folder, cannot be written
 * @throws CANCELLED where it was stopped; nothing is left of it
 */
export async function packWorkspace(
  workspace: Workspace,
  file: string,
  { signal, onProgress }: Work,
): Promise<{ path: string; bytes: number }> {
  const { path, place } = workspace
  const { models, datasets, images, predictions, studies } = workspace.info()
  const holds = { models, datasets, images, predictions, studies }
  const folder = temporaryFolder('export')
  const keeper = new Keeper()
  try {
    onProgress(0, 0, 'bytes', 'Copying the database')
    await keeper.copy(path, join(folder, database), signal)
    const { masks, bytes } = packed(workspace)
    const read = counter(onProgress, bytes, 'Packing')
    await writeArchive(
      file,
      [
        {
          name: manifestName,
          content: Buffer.from(JSON.stringify({ kernelscopeWorkspace: 1, path: place, holds })),
        },
        { name: database, content: { path: join(folder, database) } },
        ...masks.map((name) => ({ name: `draws/${name}`, content: { path: join(path, 'draws', name) } })),
      ],
      { signal, onBytes: read },
    )
    return { path: file, bytes: statSync(file).size }
  } finally {
    await keeper.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Says what a zip that `packWorkspace` wrote holds. @throws as `unpackWorkspace` */
export async function planImport(file: string): Promise<ImportPlan> {
  const archive = await openArchive(file, limits)
  try {
    const { path, holds } = await manifestOf(archive)
    const bytes = [...archive.entries.values()].reduce((sum, size) => sum + size, 0)
    return { from: path, bytes, holds: holds ?? null }
  } finally {
    archive.close()
  }
}

/**
 * Makes a workspace of a zip that `packWorkspace` wrote, in a new or empty folder, whole or not at all, and opens it.
 *
 * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING where the folder cannot become a workspace
 * @throws FILE_MISSING, BUNDLE_MALFORMED where the file is missing, or no such zip
 * @throws WORKSPACE_CORRUPT and others where the database in it cannot be opened
 * @throws CANCELLED where it was stopped; nothing is left of it
 */
export async function unpackWorkspace(
  session: EngineSession,
  file: string,
  to: string,
  how: Work,
): Promise<WorkspaceInfo> {
  const target = resolve(to)
  checkNewFolder(target)
  const draft = draftBeside(target)
  const archive = await openArchive(file, limits)
  try {
    sweepDrafts(dirname(target))
    await unpack(archive, draft, how)
    await moveWorkspace(draft, target)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  } finally {
    archive.close()
  }
  return infoOf(await session.openWorkspace(target))
}

async function manifestOf(archive: Archive): Promise<z.infer<typeof manifestSchema>> {
  const parsed = manifestSchema.safeParse(
    archive.entries.has(manifestName) ? jsonOf(await archive.read(manifestName, 2 ** 20)) : null,
  )
  if (!parsed.success || !archive.entries.has(database)) throw archive.refuse('it is not that of a workspace')
  return parsed.data
}

async function unpack(archive: Archive, folder: string, { signal, onProgress }: Work): Promise<void> {
  const { path } = await manifestOf(archive)
  const bytes = [...archive.entries.values()].reduce((sum, size) => sum + size, 0)
  const read = counter(onProgress, bytes, 'Unpacking')
  const take = (name: string, target: string) =>
    write(archive, name, target, (count) => {
      signal.throwIfAborted()
      read(count)
    })
  mkdirSync(join(folder, 'draws'), { recursive: true })
  for (const name of archive.entries.keys()) {
    const mask = /^draws\/([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(name)?.[1]
    if (name === database) await take(name, join(folder, database))
    else if (mask !== undefined) await take(name, join(folder, 'draws', mask))
    else if (name !== manifestName) throw archive.refuse(`${name} is no part of a workspace`)
  }
  leaveOrigin(folder, resolve(path))
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}

async function write(
  archive: Archive,
  name: string,
  path: string,
  read: (bytes: number) => void,
): Promise<void> {
  await withNewFile(path, async (file) => {
    await archive.each(name, async (piece) => {
      read(piece.length)
      await file.writeFile(piece)
    })
    await file.sync()
  })
}
