import type { Damage } from '#shared/contract/index.ts'
import { columnsOf, countedTables, digestSql, recount } from '../contentSums.ts'
import type { Db } from '../database.ts'

/**
 * Forgets what is damaged and can be measured or made again, and makes indexes and sums anew, in one transaction. Returns how
 * many rows were forgotten, by table.
 */
export function heal(db: Db, damages: readonly Damage[]): Record<string, number> {
  const forgotten: Record<string, number> = {}
  const found = (kind: Damage['heals']) => damages.filter(({ heals }) => heals === kind)
  db.transaction(() => {
    if (found('index').length > 0) db.exec('REINDEX')
    for (const { step } of found('forget')) forgotten[step] = forget(db, step)
    if (damages.some(({ step, heals }) => heals === 'recount' || step === 'prediction')) recountFacts(db)
  })()
  return forgotten
}

function forget(db: Db, name: string): number {
  const table = countedTables(db).find((one) => one.name === name)
  if (!table)
    return db.prepare(`DELETE FROM ${name} WHERE digest_of_row <> ${digestSql(columnsOf(db, name))}`).run()
      .changes
  // Which row of a block it is cannot be told.
  const { changes } = db.prepare(`DELETE FROM ${name}`).run()
  recount(db, table)
  return changes
}

/** Versions grow, so that nothing that was read from the old sums is taken for current. */
function recountFacts(db: Db): void {
  db.exec(`
    CREATE TEMP TABLE recounted AS SELECT variant_id, condition_id, block, max(version) + 1 AS version FROM fact_sum GROUP BY 1, 2, 3;
    DELETE FROM fact_sum;
    INSERT INTO fact_sum SELECT variant_id, condition_id, block, version, 0, 0, 0, 0 FROM recounted;
    DROP TABLE recounted;
    INSERT INTO fact_sum
      SELECT variant_id, condition_id, example_id >> 8, 1, count(*), count(correct), coalesce(sum(correct), 0), coalesce(sum(true_rank <= 5), 0)
      FROM prediction WHERE true GROUP BY 1, 2, 3
      ON CONFLICT DO UPDATE SET facts = excluded.facts, judged = excluded.judged, correct = excluded.correct, correct5 = excluded.correct5;`)
}
