import type { Damage } from '#shared/contract/index.ts'
import { columnsOf, countedTables, digestSql, recount } from '../contentSums.ts'
import type { Db } from '../database.ts'
import { recountFacts } from '../facts/counted.ts'
import { forgetDamaged } from '../facts/packs.ts'
import { forgetDamagedSlots } from '../facts/slots.ts'

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
    if ('fact_slot' in forgotten) forgotten.prediction = (forgotten.prediction ?? 0) + forgetDamaged(db)
    if ('prediction' in forgotten || found('recount').length > 0) recountFacts(db)
  })()
  return forgotten
}

function forget(db: Db, name: string): number {
  if (name === 'prediction') return forgetDamaged(db)
  if (name === 'fact_slot') return forgetDamagedSlots(db)
  const table = countedTables(db).find((one) => one.name === name)
  if (!table)
    return db.prepare(`DELETE FROM ${name} WHERE digest_of_row <> ${digestSql(columnsOf(db, name))}`).run()
      .changes
  // Which row of a block it is cannot be told.
  const { changes } = db.prepare(`DELETE FROM ${name}`).run()
  recount(db, table)
  return changes
}
