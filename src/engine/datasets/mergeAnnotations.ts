import type { Db } from '../workspace/index.ts'

/**
 * Adds the notes and tags of an attached database, `other`. They belong to the bytes of images. A note that is there already
 * stays. Returns how many notes and tags of images were added. Call it in a transaction.
 */
export function mergeAnnotations(db: Db): number {
  db.exec('INSERT INTO tag (name) SELECT name FROM other.tag WHERE true ON CONFLICT DO NOTHING')
  const tags = db
    .prepare(
      `INSERT OR IGNORE INTO image_tag (tag_id, digest) SELECT m.id, it.digest FROM other.image_tag it
       JOIN other.tag o ON o.id = it.tag_id JOIN main.tag m ON m.name = o.name`,
    )
    .run().changes
  const notes = db
    .prepare(
      'INSERT OR IGNORE INTO image_note (digest, text, changed_at) SELECT digest, text, changed_at FROM other.image_note',
    )
    .run().changes
  return tags + notes
}
