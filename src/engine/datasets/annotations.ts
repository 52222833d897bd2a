import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { storedJson, type Db } from '../workspace/index.ts'

/** Number of changes of tags that can be reverted; older ones are deleted. */
const changesKept = 500

/** Digests of images (hex) by tag. */
const tagged = z.record(z.string(), z.array(z.string()))
type Tagged = z.infer<typeof tagged>

export interface TagChange {
  files: number
  change: number
}

export function listTags(db: Db): { name: string; files: number }[] {
  return db
    .prepare<[], { name: string; files: number }>(
      `SELECT t.name, count(*) AS files FROM tag t JOIN image_tag it ON it.tag_id = t.id
       GROUP BY t.id ORDER BY t.name COLLATE NOCASE`,
    )
    .all()
}

const digestsOf =
  'SELECT DISTINCT s.digest FROM image i JOIN example s ON s.id = i.example_id WHERE i.id IN (SELECT value FROM json_each(?))'

/** Adds tags to images and removes tags from them. Records the tags that changed, so that the change can be reverted. */
export function tagImages(db: Db, imageIds: readonly number[], add: string[], remove: string[]): TagChange {
  const digests = db
    .prepare<[string], Buffer>(digestsOf)
    .pluck()
    .all(JSON.stringify(imageIds))
    .map((digest) => digest.toString('hex'))
  const wanted = (tags: string[]): Tagged => Object.fromEntries(tags.map((tag) => [tag, digests]))
  return apply(db, wanted(add), wanted(remove))
}

/**
 * Reverts a change of tags, and records the reversion as a new change.
 *
 * @throws USAGE where the change is no longer stored
 */
export function revertTags(db: Db, change: number): TagChange {
  const row = db
    .prepare<[number], { added: string; removed: string }>(
      'SELECT added, removed FROM tag_change WHERE id = ?',
    )
    .get(change)
  if (!row) throw new KernelscopeError('USAGE', 'this change of tags is too old to be undone')
  const what = `change ${change} of tags`
  return apply(db, storedJson(tagged, row.removed, what), storedJson(tagged, row.added, what))
}

function apply(db: Db, add: Tagged, remove: Tagged): TagChange {
  const intern = db
    .prepare<[string], number>(
      'INSERT INTO tag (name) VALUES (?) ON CONFLICT DO UPDATE SET name = name RETURNING id',
    )
    .pluck()
  const insert = db.prepare('INSERT OR IGNORE INTO image_tag (tag_id, digest) VALUES (?, ?)')
  const drop = db.prepare('DELETE FROM image_tag WHERE tag_id = ? AND digest = ?')
  const changed = (write: typeof insert, wanted: Tagged): Tagged =>
    Object.fromEntries(
      Object.entries(wanted).map(([tag, digests]) => {
        const id = intern.get(tag)
        return [tag, digests.filter((digest) => write.run(id, Buffer.from(digest, 'hex')).changes > 0)]
      }),
    )
  return db.transaction(() => {
    const removed = changed(drop, remove)
    const added = changed(insert, add)
    db.exec('DELETE FROM tag WHERE NOT EXISTS (SELECT 1 FROM image_tag it WHERE it.tag_id = tag.id)')
    const { lastInsertRowid } = db
      .prepare('INSERT INTO tag_change (added, removed) VALUES (?, ?)')
      .run(JSON.stringify(added), JSON.stringify(removed))
    db.prepare('DELETE FROM tag_change WHERE id <= ?').run(Number(lastInsertRowid) - changesKept)
    const files = new Set([...Object.values(added), ...Object.values(removed)].flat()).size
    return { files, change: Number(lastInsertRowid) }
  })()
}

export function tagsOf(db: Db, digest: Buffer): string[] {
  return db
    .prepare<[Buffer], string>(
      'SELECT t.name FROM image_tag it JOIN tag t ON t.id = it.tag_id WHERE it.digest = ? ORDER BY t.name COLLATE NOCASE',
    )
    .pluck()
    .all(digest)
}

export function noteOf(db: Db, digest: Buffer): string {
  return (
    db.prepare<[Buffer], string>('SELECT text FROM image_note WHERE digest = ?').pluck().get(digest) ?? ''
  )
}

/** Sets the note of an image. An empty text removes it. */
export function setNote(db: Db, digest: Buffer, text: string): void {
  if (text.trim() === '') db.prepare('DELETE FROM image_note WHERE digest = ?').run(digest)
  else
    db.prepare(
      `INSERT INTO image_note (digest, text, changed_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at`,
    ).run(digest, text, Date.now())
}
