import type { Db } from '../workspace/index.ts'

const tables = ['condition', 'variant', 'example'] as const

/** Examples that are added in one step. */
const atOnce = 5000

/**
 * Adds what facts of an attached database, `other`, are about: examples, conditions and variants, by their content. Variants that
 * are new here count as used before all others, so that no answer changes. The ids there and here are in the temporary
 * tables merged_example, merged_condition and merged_variant then. Each step of the generator is to be a transaction.
 */
export function* mergeKeys(db: Db): Generator<undefined, void, undefined> {
  forgetKeys(db)
  for (const table of tables)
    db.exec(`CREATE TEMP TABLE merged_${table} (there INTEGER PRIMARY KEY, here INTEGER NOT NULL)`)
  db.exec(`
    INSERT INTO main.condition (transform) SELECT transform FROM other.condition WHERE true ORDER BY id ON CONFLICT DO NOTHING;
    INSERT INTO merged_condition SELECT o.id, m.id FROM other.condition o JOIN main.condition m ON o.transform = m.transform;
    INSERT INTO main.variant (model_digest, key, batch, seconds_per_image, used_at)
      SELECT model_digest, key, batch, seconds_per_image, 0 FROM other.variant WHERE true ORDER BY id ON CONFLICT DO NOTHING;
    INSERT INTO merged_variant SELECT o.id, m.id FROM other.variant o JOIN main.variant m ON o.key = m.key;`)
  yield
  const last = Number(db.prepare('SELECT coalesce(max(id), 0) FROM other.example').pluck().get())
  for (let after = 0; after < last; after += atOnce) {
    // In their order there: the examples of a dataset have ids in one range.
    db.prepare(
      `INSERT INTO main.example (digest, class) SELECT digest, class FROM other.example WHERE id > ? AND id <= ?
       ORDER BY id ON CONFLICT DO NOTHING`,
    ).run(after, after + atOnce)
    db.prepare(
      `INSERT INTO merged_example SELECT o.id, m.id FROM other.example o
       JOIN main.example m ON o.digest = m.digest AND o.class = m.class WHERE o.id > ? AND o.id <= ?`,
    ).run(after, after + atOnce)
    yield
  }
}

/** Removes the temporary tables of `mergeKeys`. */
export function forgetKeys(db: Db): void {
  for (const table of tables) db.exec(`DROP TABLE IF EXISTS temp.merged_${table}`)
}
