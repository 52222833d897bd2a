import type { MergePart } from '#shared/contract/index.ts'
import type { Db } from '../workspace/index.ts'

const count = (db: Db, sql: string): number => Number(db.prepare(sql).pluck().get())

/**
 * Adds the notes and tags of an attached database, `other`. They belong to the bytes of images. A note that is there already
 * stays. Call it in a transaction.
 */
export function mergeAnnotations(db: Db): MergePart[] {
  const tags = count(db, 'SELECT count(*) FROM other.image_tag')
  const notes = count(db, 'SELECT count(*) FROM other.image_note')
  const differing = count(
    db,
    'SELECT count(*) FROM other.image_note o JOIN main.image_note m ON m.digest = o.digest WHERE m.text <> o.text',
  )
  db.exec('INSERT INTO main.tag (name) SELECT name FROM other.tag WHERE true ON CONFLICT DO NOTHING')
  const tagged = db
    .prepare(
      `INSERT OR IGNORE INTO main.image_tag (tag_id, digest) SELECT m.id, it.digest FROM other.image_tag it
       JOIN other.tag o ON o.id = it.tag_id JOIN main.tag m ON m.name = o.name`,
    )
    .run().changes
  const noted = db
    .prepare(
      'INSERT OR IGNORE INTO main.image_note (digest, text, changed_at) SELECT digest, text, changed_at FROM other.image_note',
    )
    .run().changes
  return [
    { name: 'tags', added: tagged, there: tags - tagged, remarks: [] },
    {
      name: 'notes',
      added: noted,
      there: notes - noted - differing,
      remarks:
        differing === 0
          ? []
          : [
              {
                title: `${differing} ${differing === 1 ? 'note' : 'notes'}`,
                message: 'the image has another note here, which stays',
                leftOut: true,
                count: differing,
              },
            ],
    },
  ]
}
