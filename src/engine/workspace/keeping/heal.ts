import type { Damage } from '#shared/contract/index.ts'
import { columnsOf, countedTables, digestSql, recount } from '../contentSums.ts'
import type { Db } from '../database.ts'
import { recountFacts } from '../facts/blocks.ts'

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
