import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { parseDraws } from '#shared/transforms/index.ts'
import { draftBeside } from '../../base/draft.ts'
import { piecesOf } from '../../base/userFile.ts'
import { asWorkspaceError, type Workspace, type WorkspaceFiles } from '../../workspace/index.ts'
import type { DrawsReader } from './reader.ts'
import { DrawsPieces, withMasks, type DrawnMask } from './drawsPieces.ts'

/** Path of the masks of a draws file that is too long to be read at once, by the digest of its text. */
const replayOf = ({ draws }: Pick<WorkspaceFiles, 'draws'>, digest: string) =>
  join(draws, `${digest}.replay.sqlite`)

const tables = `
  CREATE TABLE file (head TEXT NOT NULL) STRICT;
  CREATE TABLE mask (
    subject TEXT NOT NULL, level TEXT NOT NULL, size INTEGER NOT NULL, bits TEXT NOT NULL, PRIMARY KEY (subject, level, size)
  ) WITHOUT ROWID, STRICT;`

/**
 * Reads a draws file piece by piece and stores its masks in the workspace, completely or not at all. It
 * yields to other work in between. Returns the sha256 of the file, hex.
 *
 * @throws DRAWS_MALFORMED where it is no draws file; the message names the place
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 * @throws DISK_FULL where the disk is full
 */
export async function keepReplay(workspace: Workspace, path: string): Promise<{ digest: string }> {
  const draft = draftBeside(join(workspace.draws, 'replay'))
  const db = new Database(draft)
  const hash = createHash('sha256')
  try {
    // The draft needs no journal: it is synced to disk before it gets its name.
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.exec(tables)
    const insert = db.prepare('INSERT OR REPLACE INTO mask (subject, level, size, bits) VALUES (?, ?, ?, ?)')
    const keep = db.transaction((entries: readonly DrawnMask[]) => {
      for (const { owner, level, size, bits } of entries) insert.run(owner, level, size, bits)
    })
    const file = new DrawsPieces()
    for await (const piece of piecesOf(path)) {
      hash.update(piece)
      keep(file.read(piece))
    }
    db.prepare('INSERT INTO file (head) VALUES (?)').run(JSON.stringify(file.head()))
    db.close()
    await toDisk(draft)
    const digest = hash.digest('hex')
    const target = replayOf(workspace, digest)
    // An existing file may be in use.
    await (existsSync(target) ? rm(draft) : rename(draft, target))
    return { digest }
  } catch (error) {
    db.close()
    await rm(draft, { force: true }).catch(() => undefined)
    throw error instanceof KernelscopeError ? error : asWorkspaceError(error, draft)
  }
}

async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * Opens the masks that `keepReplay` stored under a digest; null where there are none.
 *
 * @throws WORKSPACE_CORRUPT, DRAWS_MALFORMED where the file is damaged
 */
export function openReplay(workspace: Pick<WorkspaceFiles, 'draws'>, digest: string): DrawsReader | null {
  const path = replayOf(workspace, digest)
  if (!existsSync(path)) return null
  const db = new Database(path, { readonly: true })
  try {
    return replayIn(db)
  } catch (error) {
    db.close()
    throw asWorkspaceError(error, path)
  }
}

function replayIn(db: Database.Database): DrawsReader {
  const head = parseDraws(String(db.prepare<[], string>('SELECT head FROM file').pluck().get()))
  const mask = 'SELECT size, level, subject AS owner, bits FROM mask WHERE'
  const select = db.prepare<[string], DrawnMask>(`${mask} subject = ?`)
  const selectOne = db.prepare<[string, string], DrawnMask>(`${mask} subject = ? AND level = ?`)
  const groups = db.prepare<[], DrawnMask>(`${mask} subject >= 'group:' AND subject < 'group;'`)
  // Groups are few, and the caller does not say which group an image is in: all are returned.
  const grouped = groups.all()
  const groupedBy = Map.groupBy(grouped, ({ level }) => level)
  const ofGroups = withMasks(head, grouped)
  return {
    of({ digest: owner }, level) {
      const found = level === undefined ? select.all(owner) : selectOne.all(owner, level)
      if (found.length === 0) return ofGroups
      const others = level === undefined ? grouped : (groupedBy.get(level) ?? [])
      return withMasks(head, others.length === 0 ? found : [...others, ...found])
    },
    close: () => void db.close(),
  }
}
