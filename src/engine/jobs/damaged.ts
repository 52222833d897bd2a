import type { Db, OnDamaged } from '../workspace/index.ts'
import { failDamagedJob } from './store.ts'

/**
 * Returns a function that stores of a job with a damaged row that it failed, so that the queue goes on without it.
 *
 * @param tell called once for each such job, also where its end cannot be stored
 */
export function failingDamaged(db: Db, tell: (error: unknown) => void): OnDamaged {
  const told = new Set<number>()
  return (id, damage) => {
    if (told.has(id)) return
    told.add(id)
    tell(damage)
    try {
      failDamagedJob(db, id, damage.toShape())
    } catch (error) {
      tell(error)
    }
  }
}
