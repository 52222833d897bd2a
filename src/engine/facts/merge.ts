import type { Db } from '../workspace/index.ts'
import { storedColumns } from './prediction.ts'

/** How many facts were added. */
export interface MergedFacts {
  predictions: number
  measurements: number
}

/**
 * Adds the facts of an attached database, `other`, by their keys' content: the digest and class of the image, the text of the
 * condition, the key of the variant. A fact that is there already stays; one that is not what was stored there is left
 * out. Variants that are new here count as used before all others, so that no answer changes. Call it in a transaction.
 */
export function mergeFacts(db: Db): MergedFacts {
  db.exec(`
    INSERT INTO example (digest, class) SELECT digest, class FROM other.example WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO condition (transform) SELECT transform FROM other.condition WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO variant (model_digest, key, batch, seconds_per_image, used_at)
      SELECT model_digest, key, batch, seconds_per_image, 0 FROM other.variant WHERE true ON CONFLICT DO NOTHING;
    ${mapped('example', 'o.digest = m.digest AND o.class = m.class')}
    ${mapped('condition', 'o.transform = m.transform')}
    ${mapped('variant', 'o.key = m.key')}`)
  const added = {
    predictions: addFacts(db, 'prediction', storedColumns),
    measurements: addFacts(db, 'measurement', ['value']),
  }
  for (const table of ['example', 'condition', 'variant']) db.exec(`DROP TABLE temp.merged_${table}`)
  return added
}

/** A temporary table of ids there and here. */
const mapped = (table: string, same: string) => `
    CREATE TEMP TABLE merged_${table} (there INTEGER PRIMARY KEY, here INTEGER NOT NULL);
    INSERT INTO merged_${table} SELECT o.id, m.id FROM other.${table} o JOIN main.${table} m ON ${same};`

function addFacts(db: Db, table: string, columns: readonly string[]): number {
  const values = columns.map((column) => `p.${column}`).join(', ')
  return db
    .prepare(
      `INSERT OR IGNORE INTO main.${table} (variant_id, condition_id, example_id, ${columns.join(', ')}, digest_of_row)
       SELECT v.here, c.here, e.here, ${values}, row_digest(v.here, c.here, e.here, ${values})
       FROM other.${table} p
       JOIN merged_variant v ON v.there = p.variant_id
       JOIN merged_condition c ON c.there = p.condition_id
       JOIN merged_example e ON e.there = p.example_id
       WHERE p.digest_of_row = row_digest(p.variant_id, p.condition_id, p.example_id, ${values})`,
    )
    .run().changes
}
