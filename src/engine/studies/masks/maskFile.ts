import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { droppedShare } from '#shared/saliency.ts'
import { fromBitset, toBitset, type Draws } from '#shared/transforms/index.ts'
import { asWorkspaceError } from '../../workspace/index.ts'

/** The geometry that all masks of a file share. */
export interface MaskFrame {
  /** Side of a patch and size of the masked image, in pixels. */
  patch: number
  height: number
  width: number
  /** Whether the mask of an image also depends on its class. */
  byClass: boolean
}

/** The example that a mask belongs to. */
export interface MaskedExample {
  /** sha256 of the file, hex. */
  digest: string
  className: string | null
}

/** A mask with one byte per patch in row order, 1 = dropped. `level` as in a draws file. */
export interface NewMask {
  image: MaskedExample
  level: string
  mask: Uint8Array
}

/** A SQLite file with the masks of many images, which can be read and written one by one. */
export interface MaskFile {
  /** The masks of an image, of one level or of all, in the form of a draws file. */
  of(image: MaskedExample, level?: string): Draws
  /** The images that lack a mask of at least one of the levels. */
  lacking<T extends MaskedExample>(images: readonly T[], levels: readonly string[]): T[]
  keep(masks: readonly NewMask[]): void
  /** By level: how many of these images have a mask, and the sum of their shares of dropped patches. */
  dropped(images: readonly MaskedExample[]): Map<string, { masks: number; share: number }>
  close(): void
}

const tables = `
  CREATE TABLE IF NOT EXISTS frame (
    patch INTEGER NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL, by_class INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS mask (
    subject TEXT NOT NULL, level TEXT NOT NULL, bits TEXT NOT NULL, share REAL NOT NULL, PRIMARY KEY (subject, level)
  ) WITHOUT ROWID, STRICT;`

/**
 * Opens a file of masks; null where there is none, or where it was never completed.
 *
 * @throws WORKSPACE_CORRUPT where the file is damaged
 */
export function readMaskFile(path: string): MaskFile | null {
  if (!existsSync(path)) return null
  const db = new Database(path)
  try {
    db.exec(tables)
    const frame = frameOf(db)
    if (frame) return maskFile(db, frame)
  } catch (error) {
    db.close()
    throw asWorkspaceError(error, path)
  }
  db.close()
  return null
}

/**
 * Opens a file of masks. Creates it where there is none, with the masks of `before`, a draws file of an
 * earlier version.
 */
export function openMaskFile(path: string, frame: MaskFrame, before: Draws | null): MaskFile {
  const found = readMaskFile(path)
  if (found) return found
  const db = new Database(path)
  db.transaction(() => {
    db.exec(tables)
    const { patch, height, width, byClass } = frame
    db.prepare('INSERT INTO frame VALUES (?, ?, ?, ?)').run(patch, height, width, Number(byClass))
    if (before) keepDraws(db, before)
  })()
  return maskFile(db, frame)
}

function frameOf(db: Database.Database): MaskFrame | null {
  const found = db
    .prepare<[], Omit<MaskFrame, 'byClass'> & { byClass: number }>(
      'SELECT patch, height, width, by_class AS byClass FROM frame',
    )
    .get()
  return found ? { ...found, byClass: found.byClass === 1 } : null
}

const insertMask = 'INSERT OR REPLACE INTO mask (subject, level, bits, share) VALUES (?, ?, ?, ?)'

function keepDraws(db: Database.Database, { patch, height, width, entries }: Draws): void {
  const patches = Math.ceil(height / patch) * Math.ceil(width / patch)
  const insert = db.prepare(insertMask)
  for (const [level, masks] of Object.entries(entries))
    for (const [owner, bits] of Object.entries(masks))
      insert.run(owner, level, bits, droppedShare(fromBitset(bits, patches)))
}

function maskFile(db: Database.Database, { patch, height, width, byClass }: MaskFrame): MaskFile {
  const ownerOf = ({ digest, className }: MaskedExample) =>
    byClass ? `${digest} ${className ?? ''}` : digest
  const insert = db.prepare(insertMask)
  const select = db.prepare<[string], { level: string; bits: string }>(
    'SELECT level, bits FROM mask WHERE subject = ?',
  )
  const selectOne = db.prepare<[string, string], { level: string; bits: string }>(
    'SELECT level, bits FROM mask WHERE subject = ? AND level = ?',
  )
  const read = (owner: string, level?: string) =>
    level === undefined ? select.all(owner) : selectOne.all(owner, level)
  const count = db
    .prepare<[string, string], number>(
      'SELECT count(*) FROM mask WHERE subject = ? AND level IN (SELECT value FROM json_each(?))',
    )
    .pluck()
  const sums = db.prepare<[string], { level: string; masks: number; share: number }>(
    'SELECT level, count(*) AS masks, sum(share) AS share FROM mask WHERE subject IN (SELECT value FROM json_each(?)) GROUP BY level',
  )
  return {
    of: (image, one) => ({
      format: 'kernelscope-draws',
      version: 1,
      patch,
      height,
      width,
      entries: Object.fromEntries(
        read(ownerOf(image), one).map(({ level, bits }) => [level, { [image.digest]: bits }]),
      ),
    }),
    lacking(images, levels) {
      const wanted = [...new Set(levels)]
      const text = JSON.stringify(wanted)
      return images.filter((image) => (count.get(ownerOf(image), text) ?? 0) < wanted.length)
    },
    keep: db.transaction((masks: readonly NewMask[]) => {
      for (const { image, level, mask } of masks)
        insert.run(ownerOf(image), level, toBitset(mask), droppedShare(mask))
    }),
    dropped: (images) =>
      new Map(
        sums
          .all(JSON.stringify(images.map(ownerOf)))
          .map(({ level, masks, share }) => [level, { masks, share }]),
      ),
    close: () => void db.close(),
  }
}
