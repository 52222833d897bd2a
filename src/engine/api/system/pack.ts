import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { draftBeside, sweepDrafts } from '../../base/draft.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { openArchive, writeArchive, type Archive } from '../../bundles/index.ts'
import { checkNewFolder, Keeper, leaveOrigin, moveWorkspace, type Workspace } from '../../workspace/index.ts'
import type { EngineSession } from '../session/session.ts'

const manifestName = 'manifest.json'
const database = 'workspace.sqlite'
const manifestSchema = z.object({ kernelscopeWorkspace: z.literal(1), path: z.string() })
/** A database with empty pages packs well. */
const limits = { entries: 100_000, entryBytes: 2 ** 40, totalBytes: 2 ** 41, ratio: 1100 }
const plain = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/**
 * Writes the open workspace as one zip: its database as of one moment, and the drawn masks. Models, images and exports are
 * not in it.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where the file, or the copy in the temporary folder, cannot be written
 */
export async function packWorkspace({ path, place }: Workspace, file: string): Promise<void> {
  const folder = temporaryFolder('export')
  const keeper = new Keeper()
  try {
    await keeper.copy(path, join(folder, database))
    const draws = join(path, 'draws')
    const masks = existsSync(draws) ? readdirSync(draws).filter((name) => plain.test(name)) : []
    await writeArchive(file, [
      { name: manifestName, content: Buffer.from(JSON.stringify({ kernelscopeWorkspace: 1, path: place })) },
      { name: database, content: { path: join(folder, database) } },
      ...masks.map((name) => ({ name: `draws/${name}`, content: { path: join(draws, name) } })),
    ])
  } finally {
    await keeper.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Makes a workspace of a zip that `packWorkspace` wrote, in a new or empty folder, whole or not at all, and opens it.
 *
 * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING where the folder cannot become a workspace
 * @throws FILE_MISSING, BUNDLE_MALFORMED where the file is missing, or no such zip
 * @throws WORKSPACE_CORRUPT and others where the database in it cannot be opened
 */
export async function unpackWorkspace(session: EngineSession, file: string, to: string): Promise<Workspace> {
  const target = resolve(to)
  checkNewFolder(target)
  const draft = draftBeside(target)
  const archive = await openArchive(file, limits)
  try {
    sweepDrafts(dirname(target))
    await unpack(archive, draft)
    moveWorkspace(draft, target)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  } finally {
    archive.close()
  }
  return session.openWorkspace(target)
}

async function unpack(archive: Archive, folder: string): Promise<void> {
  const parsed = manifestSchema.safeParse(
    archive.entries.has(manifestName) ? jsonOf(await archive.read(manifestName, 2 ** 20)) : null,
  )
  if (!parsed.success || !archive.entries.has(database)) throw archive.refuse('it is not that of a workspace')
  mkdirSync(join(folder, 'draws'), { recursive: true })
  for (const name of archive.entries.keys()) {
    const mask = /^draws\/([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(name)?.[1]
    if (name === database) await write(archive, name, join(folder, database))
    else if (mask !== undefined) await write(archive, name, join(folder, 'draws', mask))
    else if (name !== manifestName) throw archive.refuse(`${name} is no part of a workspace`)
  }
  leaveOrigin(folder, resolve(parsed.data.path))
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}

async function write(archive: Archive, name: string, path: string): Promise<void> {
  const file = createWriteStream(path, { flush: true })
  const closed = once(file, 'close')
  try {
    await archive.each(name, async (piece) => {
      if (!file.write(piece)) await once(file, 'drain')
    })
  } finally {
    file.end()
    await closed
  }
}
